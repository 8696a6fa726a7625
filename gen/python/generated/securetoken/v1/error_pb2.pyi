import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TokenErrorKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TOKEN_ERROR_KIND_UNSPECIFIED: _ClassVar[TokenErrorKind]
    TOKEN_ERROR_KIND_TOKEN_ERROR: _ClassVar[TokenErrorKind]
    TOKEN_ERROR_KIND_TOKEN_EXPIRED: _ClassVar[TokenErrorKind]
    TOKEN_ERROR_KIND_INVALID_TOKEN: _ClassVar[TokenErrorKind]
    TOKEN_ERROR_KIND_PERMISSION_DENIED: _ClassVar[TokenErrorKind]

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    ERROR_REASON_TOKEN_EXPIRED: _ClassVar[ErrorReason]
    ERROR_REASON_TOKEN_EMPTY: _ClassVar[ErrorReason]
    ERROR_REASON_TOKEN_MALFORMED: _ClassVar[ErrorReason]
    ERROR_REASON_CLAIM_MISSING: _ClassVar[ErrorReason]
    ERROR_REASON_TOKEN_REVOKED: _ClassVar[ErrorReason]
    ERROR_REASON_PERMISSION_NOT_GRANTED: _ClassVar[ErrorReason]
    ERROR_REASON_USER_ID_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_PERMISSION_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_TOO_MANY_PERMISSIONS: _ClassVar[ErrorReason]
    ERROR_REASON_EXPIRES_IN_OUT_OF_RANGE: _ClassVar[ErrorReason]
    ERROR_REASON_ADDITIONAL_DATA_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_TOKEN_TOO_LARGE: _ClassVar[ErrorReason]
    ERROR_REASON_TOO_MANY_TOKENS: _ClassVar[ErrorReason]
    ERROR_REASON_REQUIRED_PERMISSION_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_REVOCATION_NOT_ENABLED: _ClassVar[ErrorReason]
    ERROR_REASON_SETTING_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_SESSION_ENDED: _ClassVar[ErrorReason]
    ERROR_REASON_REVOCATION_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_TOO_MANY_TARGETS: _ClassVar[ErrorReason]
    ERROR_REASON_AUDIENCE_MISMATCH: _ClassVar[ErrorReason]
    ERROR_REASON_AUDIENCE_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_TOO_MANY_AUDIENCES: _ClassVar[ErrorReason]

class CallerErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALLER_ERROR_REASON_UNSPECIFIED: _ClassVar[CallerErrorReason]
    CALLER_ERROR_REASON_UNKNOWN_CALLER: _ClassVar[CallerErrorReason]
    CALLER_ERROR_REASON_RPC_NOT_ALLOWED: _ClassVar[CallerErrorReason]
    CALLER_ERROR_REASON_GRANT_NOT_ALLOWED: _ClassVar[CallerErrorReason]
    CALLER_ERROR_REASON_RATE_EXCEEDED: _ClassVar[CallerErrorReason]
    CALLER_ERROR_REASON_REVOCATIONS_STALE: _ClassVar[CallerErrorReason]
    CALLER_ERROR_REASON_REVOCATION_NOT_STORED: _ClassVar[CallerErrorReason]
TOKEN_ERROR_KIND_UNSPECIFIED: TokenErrorKind
TOKEN_ERROR_KIND_TOKEN_ERROR: TokenErrorKind
TOKEN_ERROR_KIND_TOKEN_EXPIRED: TokenErrorKind
TOKEN_ERROR_KIND_INVALID_TOKEN: TokenErrorKind
TOKEN_ERROR_KIND_PERMISSION_DENIED: TokenErrorKind
ERROR_REASON_UNSPECIFIED: ErrorReason
ERROR_REASON_TOKEN_EXPIRED: ErrorReason
ERROR_REASON_TOKEN_EMPTY: ErrorReason
ERROR_REASON_TOKEN_MALFORMED: ErrorReason
ERROR_REASON_CLAIM_MISSING: ErrorReason
ERROR_REASON_TOKEN_REVOKED: ErrorReason
ERROR_REASON_PERMISSION_NOT_GRANTED: ErrorReason
ERROR_REASON_USER_ID_INVALID: ErrorReason
ERROR_REASON_PERMISSION_INVALID: ErrorReason
ERROR_REASON_TOO_MANY_PERMISSIONS: ErrorReason
ERROR_REASON_EXPIRES_IN_OUT_OF_RANGE: ErrorReason
ERROR_REASON_ADDITIONAL_DATA_INVALID: ErrorReason
ERROR_REASON_TOKEN_TOO_LARGE: ErrorReason
ERROR_REASON_TOO_MANY_TOKENS: ErrorReason
ERROR_REASON_REQUIRED_PERMISSION_INVALID: ErrorReason
ERROR_REASON_REVOCATION_NOT_ENABLED: ErrorReason
ERROR_REASON_SETTING_INVALID: ErrorReason
ERROR_REASON_SESSION_ENDED: ErrorReason
ERROR_REASON_REVOCATION_INVALID: ErrorReason
ERROR_REASON_TOO_MANY_TARGETS: ErrorReason
ERROR_REASON_AUDIENCE_MISMATCH: ErrorReason
ERROR_REASON_AUDIENCE_INVALID: ErrorReason
ERROR_REASON_TOO_MANY_AUDIENCES: ErrorReason
CALLER_ERROR_REASON_UNSPECIFIED: CallerErrorReason
CALLER_ERROR_REASON_UNKNOWN_CALLER: CallerErrorReason
CALLER_ERROR_REASON_RPC_NOT_ALLOWED: CallerErrorReason
CALLER_ERROR_REASON_GRANT_NOT_ALLOWED: CallerErrorReason
CALLER_ERROR_REASON_RATE_EXCEEDED: CallerErrorReason
CALLER_ERROR_REASON_REVOCATIONS_STALE: CallerErrorReason
CALLER_ERROR_REASON_REVOCATION_NOT_STORED: CallerErrorReason

class TokenErrorDetail(_message.Message):
    __slots__ = ("kind", "reason", "field", "expired_at", "required_permission")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_AT_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_PERMISSION_FIELD_NUMBER: _ClassVar[int]
    kind: TokenErrorKind
    reason: ErrorReason
    field: str
    expired_at: _timestamp_pb2.Timestamp
    required_permission: str
    def __init__(self, kind: _Optional[_Union[TokenErrorKind, str]] = ..., reason: _Optional[_Union[ErrorReason, str]] = ..., field: _Optional[str] = ..., expired_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., required_permission: _Optional[str] = ...) -> None: ...
