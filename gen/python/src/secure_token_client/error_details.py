"""The two details of an error of ours, turned back into one of the four exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Optional, TypeVar

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from securetoken.v1 import error_pb2

from .exceptions import InvalidTokenError, PermissionDeniedError, TokenError, TokenExpiredError
from .times import to_datetime

_Detail = TypeVar("_Detail", bound=Message)
_DOMAIN = "securetoken.v1"
_REASON_PREFIX = "ERROR_REASON_"
_STATUS_TRAILER = "grpc-status-details-bin"
_CLASSES: dict[int, type[TokenError]] = {
    error_pb2.TOKEN_ERROR_KIND_TOKEN_EXPIRED: TokenExpiredError,
    error_pb2.TOKEN_ERROR_KIND_INVALID_TOKEN: InvalidTokenError,
    error_pb2.TOKEN_ERROR_KIND_PERMISSION_DENIED: PermissionDeniedError,
}
_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


class StatusError(grpc.RpcError):
    """A status that is no fact about a token, where no call of gRPC's own ended with it."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__(f"{code.name}: {details}")
        self._code, self._details = code, details

    @classmethod
    def of(cls, status: Status) -> StatusError:
        """The same from its message."""
        return cls(_CODES.get(status.code, grpc.StatusCode.UNKNOWN), status.message)

    def code(self) -> grpc.StatusCode:
        """As grpc.Call tells it."""
        return self._code

    def details(self) -> str:
        """As grpc.Call tells it."""
        return self._details


def from_rpc_error(error: grpc.RpcError) -> Optional[TokenError]:
    """The exception that an RPC error carries, or None where it says nothing about a token.

    Neither the code nor the text decides: a refused credential has the code of a refused token.
    """
    trailing_metadata = getattr(error, "trailing_metadata", None)
    trailers: Iterable[tuple[str, object]] = (trailing_metadata and trailing_metadata()) or ()
    for key, value in trailers:
        if key == _STATUS_TRAILER and isinstance(value, bytes):
            try:
                return from_status(Status.FromString(value))
            except DecodeError:
                return None
    return None


def from_status(status: Status) -> Optional[TokenError]:
    """The same for the ``google.rpc.Status`` of one answer among many."""
    details = [_unpack(packed, error_pb2.TokenErrorDetail) for packed in status.details]
    infos = [_unpack(packed, ErrorInfo) for packed in status.details]
    detail = next((found for found in details if found is not None), None)
    ours = (info for info in infos if info is not None and info.domain == _DOMAIN)
    return None if detail is None else _to_exception(status, detail, next(ours, ErrorInfo()))


def _to_exception(
    status: Status, detail: error_pb2.TokenErrorDetail, info: ErrorInfo
) -> TokenError:
    metadata = dict(info.metadata)
    field = metadata.pop("field", "")
    error = _CLASSES.get(detail.kind, TokenError)(
        status.message,
        reason=_reason(detail, info),
        field=detail.field or field,
        metadata=metadata,
        code=_CODES.get(status.code, grpc.StatusCode.UNKNOWN),
    )
    if isinstance(error, TokenExpiredError) and detail.HasField("expired_at"):
        error.expired_at = to_datetime(detail.expired_at)
    if isinstance(error, PermissionDeniedError):
        error.required_permission = detail.required_permission
    return error


def _reason(detail: error_pb2.TokenErrorDetail, info: ErrorInfo) -> str:
    """ErrorInfo holds the name as text, so that even a reason younger than this client has one."""
    known = error_pb2.ErrorReason.DESCRIPTOR.values_by_number.get(detail.reason)
    name = known.name if known is not None and detail.reason else str(info.reason)
    return name[len(_REASON_PREFIX) :] if name.startswith(_REASON_PREFIX) else "UNSPECIFIED"


def _unpack(packed: Any, kind: Callable[[], _Detail]) -> Optional[_Detail]:
    """The detail, or None where it is of another kind or cannot be parsed."""
    message = kind()
    if not packed.Is(message.DESCRIPTOR):
        return None
    try:
        message.ParseFromString(packed.value)
    except DecodeError:
        return None
    return message
