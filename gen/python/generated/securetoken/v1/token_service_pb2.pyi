import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TokenState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TOKEN_STATE_UNSPECIFIED: _ClassVar[TokenState]
    TOKEN_STATE_ACTIVE: _ClassVar[TokenState]
    TOKEN_STATE_EXPIRED: _ClassVar[TokenState]
    TOKEN_STATE_REVOKED: _ClassVar[TokenState]
    TOKEN_STATE_INVALID: _ClassVar[TokenState]

class KeyState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KEY_STATE_UNSPECIFIED: _ClassVar[KeyState]
    KEY_STATE_STAGED: _ClassVar[KeyState]
    KEY_STATE_PRIMARY: _ClassVar[KeyState]
    KEY_STATE_SECONDARY: _ClassVar[KeyState]

class RevocationOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVOCATION_OUTCOME_UNSPECIFIED: _ClassVar[RevocationOutcome]
    REVOCATION_OUTCOME_REVOKED: _ClassVar[RevocationOutcome]
    REVOCATION_OUTCOME_ALREADY_EXPIRED: _ClassVar[RevocationOutcome]
    REVOCATION_OUTCOME_NOT_AUTHENTIC: _ClassVar[RevocationOutcome]
TOKEN_STATE_UNSPECIFIED: TokenState
TOKEN_STATE_ACTIVE: TokenState
TOKEN_STATE_EXPIRED: TokenState
TOKEN_STATE_REVOKED: TokenState
TOKEN_STATE_INVALID: TokenState
KEY_STATE_UNSPECIFIED: KeyState
KEY_STATE_STAGED: KeyState
KEY_STATE_PRIMARY: KeyState
KEY_STATE_SECONDARY: KeyState
REVOCATION_OUTCOME_UNSPECIFIED: RevocationOutcome
REVOCATION_OUTCOME_REVOKED: RevocationOutcome
REVOCATION_OUTCOME_ALREADY_EXPIRED: RevocationOutcome
REVOCATION_OUTCOME_NOT_AUTHENTIC: RevocationOutcome

class GenerateTokenRequest(_message.Message):
    __slots__ = ("user_id", "permissions", "expires_in", "additional_data", "audiences")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_FIELD_NUMBER: _ClassVar[int]
    ADDITIONAL_DATA_FIELD_NUMBER: _ClassVar[int]
    AUDIENCES_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    expires_in: _duration_pb2.Duration
    additional_data: _struct_pb2.Struct
    audiences: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_id: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., expires_in: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., additional_data: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., audiences: _Optional[_Iterable[str]] = ...) -> None: ...

class GenerateTokenResponse(_message.Message):
    __slots__ = ("token", "token_id", "user_id", "permissions", "issued_at", "expires_at", "additional_data", "session_id", "key_id", "audiences")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ADDITIONAL_DATA_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    AUDIENCES_FIELD_NUMBER: _ClassVar[int]
    token: str
    token_id: str
    user_id: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    issued_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    additional_data: _struct_pb2.Struct
    session_id: str
    key_id: str
    audiences: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, token: _Optional[str] = ..., token_id: _Optional[str] = ..., user_id: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., additional_data: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., session_id: _Optional[str] = ..., key_id: _Optional[str] = ..., audiences: _Optional[_Iterable[str]] = ...) -> None: ...

class ValidateTokenRequest(_message.Message):
    __slots__ = ("token", "audience")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    token: str
    audience: str
    def __init__(self, token: _Optional[str] = ..., audience: _Optional[str] = ...) -> None: ...

class ValidateTokenResponse(_message.Message):
    __slots__ = ("valid", "token_id", "user_id", "permissions", "issued_at", "expires_at", "time_remaining", "additional_data", "additional_data_json", "session_id", "key_id", "session_started_at", "audiences", "checked_audience")
    VALID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    TIME_REMAINING_FIELD_NUMBER: _ClassVar[int]
    ADDITIONAL_DATA_FIELD_NUMBER: _ClassVar[int]
    ADDITIONAL_DATA_JSON_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    AUDIENCES_FIELD_NUMBER: _ClassVar[int]
    CHECKED_AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    token_id: str
    user_id: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    issued_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    time_remaining: _duration_pb2.Duration
    additional_data: _struct_pb2.Struct
    additional_data_json: str
    session_id: str
    key_id: str
    session_started_at: _timestamp_pb2.Timestamp
    audiences: _containers.RepeatedScalarFieldContainer[str]
    checked_audience: str
    def __init__(self, valid: bool = ..., token_id: _Optional[str] = ..., user_id: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., time_remaining: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., additional_data: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., additional_data_json: _Optional[str] = ..., session_id: _Optional[str] = ..., key_id: _Optional[str] = ..., session_started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., audiences: _Optional[_Iterable[str]] = ..., checked_audience: _Optional[str] = ...) -> None: ...

class TokenClaims(_message.Message):
    __slots__ = ("token_id", "user_id", "permissions", "issued_at", "expires_at", "time_remaining", "additional_data", "additional_data_json", "session_id", "key_id", "session_started_at", "audiences", "checked_audience")
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    TIME_REMAINING_FIELD_NUMBER: _ClassVar[int]
    ADDITIONAL_DATA_FIELD_NUMBER: _ClassVar[int]
    ADDITIONAL_DATA_JSON_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    AUDIENCES_FIELD_NUMBER: _ClassVar[int]
    CHECKED_AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    token_id: str
    user_id: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    issued_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    time_remaining: _duration_pb2.Duration
    additional_data: _struct_pb2.Struct
    additional_data_json: str
    session_id: str
    key_id: str
    session_started_at: _timestamp_pb2.Timestamp
    audiences: _containers.RepeatedScalarFieldContainer[str]
    checked_audience: str
    def __init__(self, token_id: _Optional[str] = ..., user_id: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., time_remaining: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., additional_data: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., additional_data_json: _Optional[str] = ..., session_id: _Optional[str] = ..., key_id: _Optional[str] = ..., session_started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., audiences: _Optional[_Iterable[str]] = ..., checked_audience: _Optional[str] = ...) -> None: ...

class CheckPermissionRequest(_message.Message):
    __slots__ = ("token", "required_permission", "audience")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_PERMISSION_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    token: str
    required_permission: str
    audience: str
    def __init__(self, token: _Optional[str] = ..., required_permission: _Optional[str] = ..., audience: _Optional[str] = ...) -> None: ...

class CheckPermissionResponse(_message.Message):
    __slots__ = ("granted", "checked_audience")
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    CHECKED_AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    granted: bool
    checked_audience: str
    def __init__(self, granted: bool = ..., checked_audience: _Optional[str] = ...) -> None: ...

class CheckPermissionsRequest(_message.Message):
    __slots__ = ("token", "permissions", "audience")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    token: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    audience: str
    def __init__(self, token: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., audience: _Optional[str] = ...) -> None: ...

class CheckPermissionsResponse(_message.Message):
    __slots__ = ("results", "checked_audience")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    CHECKED_AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[PermissionResult]
    checked_audience: str
    def __init__(self, results: _Optional[_Iterable[_Union[PermissionResult, _Mapping]]] = ..., checked_audience: _Optional[str] = ...) -> None: ...

class PermissionResult(_message.Message):
    __slots__ = ("permission", "granted")
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    permission: str
    granted: bool
    def __init__(self, permission: _Optional[str] = ..., granted: bool = ...) -> None: ...

class BatchValidateTokensRequest(_message.Message):
    __slots__ = ("tokens", "audience")
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    tokens: _containers.RepeatedScalarFieldContainer[str]
    audience: str
    def __init__(self, tokens: _Optional[_Iterable[str]] = ..., audience: _Optional[str] = ...) -> None: ...

class BatchValidateTokensResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchValidateTokensResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchValidateTokensResult, _Mapping]]] = ...) -> None: ...

class BatchValidateTokensResult(_message.Message):
    __slots__ = ("claims", "error")
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    claims: TokenClaims
    error: _status_pb2.Status
    def __init__(self, claims: _Optional[_Union[TokenClaims, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class RefreshTokenRequest(_message.Message):
    __slots__ = ("token", "new_expires_in", "revoke_old")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    NEW_EXPIRES_IN_FIELD_NUMBER: _ClassVar[int]
    REVOKE_OLD_FIELD_NUMBER: _ClassVar[int]
    token: str
    new_expires_in: _duration_pb2.Duration
    revoke_old: bool
    def __init__(self, token: _Optional[str] = ..., new_expires_in: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., revoke_old: bool = ...) -> None: ...

class RefreshTokenResponse(_message.Message):
    __slots__ = ("token", "token_id", "user_id", "permissions", "issued_at", "expires_at", "additional_data", "additional_data_json", "session_id", "clamped", "key_id", "audiences")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ADDITIONAL_DATA_FIELD_NUMBER: _ClassVar[int]
    ADDITIONAL_DATA_JSON_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    CLAMPED_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    AUDIENCES_FIELD_NUMBER: _ClassVar[int]
    token: str
    token_id: str
    user_id: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    issued_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    additional_data: _struct_pb2.Struct
    additional_data_json: str
    session_id: str
    clamped: bool
    key_id: str
    audiences: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, token: _Optional[str] = ..., token_id: _Optional[str] = ..., user_id: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., additional_data: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., additional_data_json: _Optional[str] = ..., session_id: _Optional[str] = ..., clamped: bool = ..., key_id: _Optional[str] = ..., audiences: _Optional[_Iterable[str]] = ...) -> None: ...

class GetTokenInfoRequest(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class GetTokenInfoResponse(_message.Message):
    __slots__ = ("valid", "token_id", "user_id", "permissions", "issued_at", "expires_at", "time_remaining", "additional_data", "additional_data_json", "created_at", "is_revoked", "key_id", "session_id", "session_started_at", "audiences")
    VALID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    TIME_REMAINING_FIELD_NUMBER: _ClassVar[int]
    ADDITIONAL_DATA_FIELD_NUMBER: _ClassVar[int]
    ADDITIONAL_DATA_JSON_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    IS_REVOKED_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    AUDIENCES_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    token_id: str
    user_id: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    issued_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    time_remaining: _duration_pb2.Duration
    additional_data: _struct_pb2.Struct
    additional_data_json: str
    created_at: _timestamp_pb2.Timestamp
    is_revoked: bool
    key_id: str
    session_id: str
    session_started_at: _timestamp_pb2.Timestamp
    audiences: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, valid: bool = ..., token_id: _Optional[str] = ..., user_id: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., time_remaining: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., additional_data: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., additional_data_json: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_revoked: bool = ..., key_id: _Optional[str] = ..., session_id: _Optional[str] = ..., session_started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., audiences: _Optional[_Iterable[str]] = ...) -> None: ...

class IntrospectTokenRequest(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class IntrospectTokenResponse(_message.Message):
    __slots__ = ("state", "claims", "key_id")
    STATE_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    state: TokenState
    claims: TokenClaims
    key_id: str
    def __init__(self, state: _Optional[_Union[TokenState, str]] = ..., claims: _Optional[_Union[TokenClaims, _Mapping]] = ..., key_id: _Optional[str] = ...) -> None: ...

class ExportConfigRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportConfigResponse(_message.Message):
    __slots__ = ("algorithm", "version", "iterations", "salt", "default_expires_in", "keys", "server_version", "caller", "caller_rpcs")
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ITERATIONS_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_EXPIRES_IN_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    CALLER_RPCS_FIELD_NUMBER: _ClassVar[int]
    algorithm: str
    version: str
    iterations: int
    salt: bytes
    default_expires_in: _duration_pb2.Duration
    keys: _containers.RepeatedCompositeFieldContainer[KeyInfo]
    server_version: str
    caller: str
    caller_rpcs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, algorithm: _Optional[str] = ..., version: _Optional[str] = ..., iterations: _Optional[int] = ..., salt: _Optional[bytes] = ..., default_expires_in: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., keys: _Optional[_Iterable[_Union[KeyInfo, _Mapping]]] = ..., server_version: _Optional[str] = ..., caller: _Optional[str] = ..., caller_rpcs: _Optional[_Iterable[str]] = ...) -> None: ...

class KeyInfo(_message.Message):
    __slots__ = ("key_id", "state")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    state: KeyState
    def __init__(self, key_id: _Optional[str] = ..., state: _Optional[_Union[KeyState, str]] = ...) -> None: ...

class RevokeTokensRequest(_message.Message):
    __slots__ = ("targets", "reason")
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    targets: _containers.RepeatedCompositeFieldContainer[RevocationTarget]
    reason: str
    def __init__(self, targets: _Optional[_Iterable[_Union[RevocationTarget, _Mapping]]] = ..., reason: _Optional[str] = ...) -> None: ...

class RevocationTarget(_message.Message):
    __slots__ = ("token", "token_id", "session_id", "user", "everything_issued_before")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    EVERYTHING_ISSUED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    token: str
    token_id: TokenIdTarget
    session_id: str
    user: UserTarget
    everything_issued_before: _timestamp_pb2.Timestamp
    def __init__(self, token: _Optional[str] = ..., token_id: _Optional[_Union[TokenIdTarget, _Mapping]] = ..., session_id: _Optional[str] = ..., user: _Optional[_Union[UserTarget, _Mapping]] = ..., everything_issued_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TokenIdTarget(_message.Message):
    __slots__ = ("token_id", "expires_at")
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    token_id: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, token_id: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UserTarget(_message.Message):
    __slots__ = ("user_id", "issued_before")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ISSUED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    issued_before: _timestamp_pb2.Timestamp
    def __init__(self, user_id: _Optional[str] = ..., issued_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RevokeTokensResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[RevocationResult]
    def __init__(self, results: _Optional[_Iterable[_Union[RevocationResult, _Mapping]]] = ...) -> None: ...

class RevocationResult(_message.Message):
    __slots__ = ("outcome",)
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    outcome: RevocationOutcome
    def __init__(self, outcome: _Optional[_Union[RevocationOutcome, str]] = ...) -> None: ...

class Revocation(_message.Message):
    __slots__ = ("token_id", "session_id", "user_id_sha256", "everything", "issued_before", "expires_at", "revoked_at", "reason")
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_SHA256_FIELD_NUMBER: _ClassVar[int]
    EVERYTHING_FIELD_NUMBER: _ClassVar[int]
    ISSUED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    token_id: str
    session_id: str
    user_id_sha256: bytes
    everything: bool
    issued_before: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    revoked_at: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, token_id: _Optional[str] = ..., session_id: _Optional[str] = ..., user_id_sha256: _Optional[bytes] = ..., everything: bool = ..., issued_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ListRevocationsRequest(_message.Message):
    __slots__ = ("user_id", "token_id", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    token_id: str
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., token_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRevocationsResponse(_message.Message):
    __slots__ = ("revocations", "next_page_token")
    REVOCATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    revocations: _containers.RepeatedCompositeFieldContainer[Revocation]
    next_page_token: str
    def __init__(self, revocations: _Optional[_Iterable[_Union[Revocation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchRevocationsRequest(_message.Message):
    __slots__ = ("cursor",)
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    cursor: str
    def __init__(self, cursor: _Optional[str] = ...) -> None: ...

class WatchRevocationsResponse(_message.Message):
    __slots__ = ("snapshot", "changes", "checkpoint")
    class SnapshotPage(_message.Message):
        __slots__ = ("revocations", "first", "last")
        REVOCATIONS_FIELD_NUMBER: _ClassVar[int]
        FIRST_FIELD_NUMBER: _ClassVar[int]
        LAST_FIELD_NUMBER: _ClassVar[int]
        revocations: _containers.RepeatedCompositeFieldContainer[Revocation]
        first: bool
        last: bool
        def __init__(self, revocations: _Optional[_Iterable[_Union[Revocation, _Mapping]]] = ..., first: bool = ..., last: bool = ...) -> None: ...
    class Changes(_message.Message):
        __slots__ = ("revocations",)
        REVOCATIONS_FIELD_NUMBER: _ClassVar[int]
        revocations: _containers.RepeatedCompositeFieldContainer[Revocation]
        def __init__(self, revocations: _Optional[_Iterable[_Union[Revocation, _Mapping]]] = ...) -> None: ...
    class Checkpoint(_message.Message):
        __slots__ = ("cursor", "staleness", "key_ids", "uptime")
        CURSOR_FIELD_NUMBER: _ClassVar[int]
        STALENESS_FIELD_NUMBER: _ClassVar[int]
        KEY_IDS_FIELD_NUMBER: _ClassVar[int]
        UPTIME_FIELD_NUMBER: _ClassVar[int]
        cursor: str
        staleness: _duration_pb2.Duration
        key_ids: _containers.RepeatedScalarFieldContainer[str]
        uptime: _duration_pb2.Duration
        def __init__(self, cursor: _Optional[str] = ..., staleness: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., key_ids: _Optional[_Iterable[str]] = ..., uptime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    snapshot: WatchRevocationsResponse.SnapshotPage
    changes: WatchRevocationsResponse.Changes
    checkpoint: WatchRevocationsResponse.Checkpoint
    def __init__(self, snapshot: _Optional[_Union[WatchRevocationsResponse.SnapshotPage, _Mapping]] = ..., changes: _Optional[_Union[WatchRevocationsResponse.Changes, _Mapping]] = ..., checkpoint: _Optional[_Union[WatchRevocationsResponse.Checkpoint, _Mapping]] = ...) -> None: ...
