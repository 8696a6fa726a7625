"""Response messages as results: the dictionaries of the original library, and more of them."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any, Literal, Optional, TypedDict, TypeVar, Union, cast

import grpc
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.timestamp_pb2 import Timestamp

from securetoken.v1 import token_service_pb2 as pb

from .additional_data import from_struct
from .call_errors import CallError
from .error_details import from_status
from .exceptions import TokenError
from .times import to_datetime, to_timedelta

TOKEN_VERSION = "1.0"
_T = TypeVar("_T")
_AnyIssued = Union[pb.GenerateTokenResponse, pb.RefreshTokenResponse]
_AnyClaims = Union[pb.ValidateTokenResponse, pb.TokenClaims]
_AnyChecked = Union[_AnyClaims, pb.CheckPermissionResponse, pb.CheckPermissionsResponse]
_MALFORMED = grpc.StatusCode.INTERNAL


TokenState = Literal["ACTIVE", "EXPIRED", "REVOKED", "INVALID", "UNSPECIFIED"]
"""A token's state; UNSPECIFIED is one that only a newer server knows."""
KeyState = Literal["STAGED", "PRIMARY", "SECONDARY", "UNSPECIFIED"]
"""What a key is used for; UNSPECIFIED is a use that only a newer server knows."""


class IssuedToken(str):
    """A new token: a text like any other, with what it holds as attributes.

    Where a serializer refuses subclasses of ``str``, as PyYAML's safe_dump does, give it `token`.
    """

    token_id: str
    user_id: str
    permissions: list[str]
    issued_at: datetime
    expires_at: datetime
    additional_data: dict[str, Any]
    session_id: str
    key_id: str
    audiences: list[str]
    clamped: bool
    """Whether less was granted than was asked for.

    The session ends at `expires_at`, or a holder asked for more than the lifetime that its token
    was issued with. False unless the token was refreshed.
    """

    @property
    def token(self) -> str:
        """The same text as a plain ``str``."""
        return str.__str__(self)


class ValidToken(TypedDict):
    """A valid token's claims. Times are naive UTC."""

    valid: bool
    payload: dict[str, Any]
    token_id: str
    user_id: str
    permissions: list[str]
    expires_at: datetime
    issued_at: datetime
    additional_data: dict[str, Any]
    time_remaining: str
    session_id: str
    key_id: str
    session_started_at: datetime
    audiences: list[str]
    checked_audience: Optional[str]
    """The audience that the call required, and which the token names; None where none was."""


class TokenInfo(TypedDict):
    """All that is known of a valid token. Times are ISO texts in UTC."""

    valid: bool
    token_id: str
    user_id: str
    permissions: list[str]
    issued_at: str
    expires_at: str
    additional_data: dict[str, Any]
    time_remaining: str
    is_revoked: bool
    created_at: str
    key_id: str
    session_id: str
    session_started_at: str
    audiences: list[str]


class Introspection(TypedDict):
    """A token's state, with its claims where it is authentic; `valid` within them tells ACTIVE."""

    state: TokenState
    claims: Optional[ValidToken]
    key_id: str


class KeyInfo(TypedDict):
    """A key of the server: its fingerprint and what it is used for."""

    key_id: str
    state: KeyState


class ExportedConfig(TypedDict):
    """How the server makes tokens, without any key material. The salt is base64.

    `server_version` is the server's own, empty from servers that are too old to tell it. `caller`
    is the name by which the server knows this caller and `caller_rpcs` what it may call; both are
    empty where the server has no callers file.
    """

    algorithm: str
    version: str
    salt: str
    iterations: int
    default_expiration_hours: float
    key_id: str
    keys: list[KeyInfo]
    server_version: str
    caller: str
    caller_rpcs: list[str]


def to_issued(message: _AnyIssued) -> IssuedToken:
    """A new token. Only the answer of RefreshToken may hold exact JSON."""
    exact, clamped = "", False
    if isinstance(message, pb.RefreshTokenResponse):
        exact, clamped = message.additional_data_json, message.clamped
    issued = IssuedToken(required(message.token, "token"))
    issued.token_id = message.token_id
    issued.user_id = message.user_id
    issued.permissions = list(message.permissions)
    issued.issued_at = to_datetime(message.issued_at)
    issued.expires_at = to_datetime(message.expires_at)
    issued.additional_data = from_struct(message.additional_data, exact)
    issued.session_id = message.session_id
    issued.key_id = message.key_id
    issued.audiences = list(message.audiences)
    issued.clamped = clamped
    return issued


def require_checked(audience: str, message: _AnyChecked) -> None:
    """That an answer is one to the audience that was asked for; the empty text asked for none.

    A server that is too old to know of audiences passes over the question: its answer must not pass
    for a yes.
    """
    if message.checked_audience != audience:
        text = "the server's answer does not say that the audience was checked"
        raise CallError(grpc.StatusCode.INTERNAL, text)


def to_valid(message: pb.ValidateTokenResponse, *, elapsed: float = 0) -> ValidToken:
    """A valid token's claims; `elapsed` seconds have passed since the answer came."""
    required(message.valid, "valid")
    return _claims(message, valid=True, elapsed=elapsed)


def _claims(message: _AnyClaims, *, valid: bool, elapsed: float = 0) -> ValidToken:
    require_times(message)
    issued_at, expires_at = to_datetime(message.issued_at), to_datetime(message.expires_at)
    data = from_struct(message.additional_data, message.additional_data_json)
    remaining = to_timedelta(message.time_remaining) - timedelta(seconds=elapsed)
    return {
        "valid": valid,
        "payload": {
            "token_id": message.token_id,
            "user_id": message.user_id,
            "permissions": list(message.permissions),
            "issued_at": issued_at.isoformat(),
            "expires_at": expires_at.isoformat(),
            "additional_data": data,
            "version": TOKEN_VERSION,
        },
        "token_id": message.token_id,
        "user_id": message.user_id,
        "permissions": list(message.permissions),
        "expires_at": expires_at,
        "issued_at": issued_at,
        "additional_data": data,
        "time_remaining": str(remaining),
        "session_id": message.session_id,
        "key_id": message.key_id,
        "session_started_at": to_datetime(started_at(message)),
        "audiences": list(message.audiences),
        "checked_audience": message.checked_audience or None,
    }


def require_times(message: _AnyClaims) -> None:
    """Refuses claims that lack an instant, or hold one that is none: 1970 is not when they end."""
    for field in ("issued_at", "expires_at", "time_remaining"):
        required(message.HasField(field), field)
    try:
        to_datetime(message.issued_at)
        to_datetime(message.expires_at)
    except OverflowError:
        raise CallError(_MALFORMED, "the server's answer holds no true instant") from None


def started_at(message: _AnyClaims) -> Timestamp:
    """When the token's session began; when it was issued, where the server is too old to tell."""
    is_told = message.HasField("session_started_at")
    return message.session_started_at if is_told else message.issued_at


def to_info(message: pb.GetTokenInfoResponse) -> TokenInfo:
    """All that is known of a valid token."""
    return {
        "valid": required(message.valid, "valid"),
        "token_id": message.token_id,
        "user_id": message.user_id,
        "permissions": list(message.permissions),
        "issued_at": to_datetime(message.issued_at).isoformat(),
        "expires_at": to_datetime(message.expires_at).isoformat(),
        "additional_data": from_struct(message.additional_data, message.additional_data_json),
        "time_remaining": str(to_timedelta(message.time_remaining)),
        "is_revoked": message.is_revoked,
        "created_at": to_datetime(message.created_at).isoformat(),
        "key_id": message.key_id,
        "session_id": message.session_id,
        "session_started_at": to_datetime(message.session_started_at).isoformat(),
        "audiences": list(message.audiences),
    }


def to_batch(
    message: pb.BatchValidateTokensResponse, request: pb.BatchValidateTokensRequest
) -> list[Union[ValidToken, TokenError]]:
    """For each token its claims, or the exception that validate_token would have raised."""
    required(len(message.results) == len(request.tokens), "a result for each token")
    return [_to_batch_result(result, request.audience) for result in message.results]


def _to_batch_result(
    result: pb.BatchValidateTokensResult, audience: str
) -> Union[ValidToken, TokenError]:
    if result.WhichOneof("result") == "claims":
        require_checked(audience, result.claims)
        return _claims(result.claims, valid=True)
    error = from_status(result.error)
    if error is None:  # no fact about the token: the call fails, and nothing is taken for one
        raise CallError.of(result.error)
    return error


def to_introspection(message: pb.IntrospectTokenResponse) -> Introspection:
    """A token's state."""
    state = cast(TokenState, enum_name(pb.TokenState, message.state, "TOKEN_STATE_"))
    has_claims = message.HasField("claims")
    claims = _claims(message.claims, valid=state == "ACTIVE") if has_claims else None
    return {"state": state, "claims": claims, "key_id": message.key_id}


def to_config(message: pb.ExportConfigResponse) -> ExportedConfig:
    """How the server makes tokens."""
    keys: list[KeyInfo] = [
        {
            "key_id": key.key_id,
            "state": cast(KeyState, enum_name(pb.KeyState, key.state, "KEY_STATE_")),
        }
        for key in message.keys
    ]
    return {
        "algorithm": message.algorithm,
        "version": message.version,
        "salt": base64.b64encode(message.salt).decode("ascii"),
        "iterations": message.iterations,
        "default_expiration_hours": to_timedelta(message.default_expires_in) / timedelta(hours=1),
        "key_id": keys[0]["key_id"] if keys else "",
        "keys": keys,
        "server_version": message.server_version,
        "caller": message.caller,
        "caller_rpcs": list(message.caller_rpcs),
    }


def to_permissions(message: pb.CheckPermissionsResponse) -> dict[str, bool]:
    """For each permission that was asked, whether the token holds it."""
    return {result.permission: result.granted for result in message.results}


def to_granted(message: pb.CheckPermissionResponse) -> bool:
    """True: a missing permission is an error."""
    return required(message.granted, "granted")


def required(value: _T, field: str) -> _T:
    """The value, unless it is what an absent field reads as: an empty answer is no answer."""
    if value:
        return value
    raise CallError(_MALFORMED, f"the server's answer lacks {field}")


def enum_name(enum: EnumTypeWrapper, number: int, prefix: str) -> str:
    """An enum value's name; one that a newer server may send must pass for none of ours."""
    known = enum.DESCRIPTOR.values_by_number.get(number)
    return known.name[len(prefix) :] if known is not None else "UNSPECIFIED"
