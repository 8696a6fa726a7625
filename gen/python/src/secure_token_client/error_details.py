"""The two details of an error of ours, turned back into one of the four exceptions."""

from __future__ import annotations

from typing import Optional

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from securetoken.v1 import error_pb2

from .call_errors import DOMAIN, code_of, details_of, status_of
from .exceptions import InvalidTokenError, PermissionDeniedError, TokenError, TokenExpiredError
from .times import to_datetime

_REASON_PREFIX = "ERROR_REASON_"
_CLASSES: dict[int, type[TokenError]] = {
    error_pb2.TOKEN_ERROR_KIND_TOKEN_EXPIRED: TokenExpiredError,
    error_pb2.TOKEN_ERROR_KIND_INVALID_TOKEN: InvalidTokenError,
    error_pb2.TOKEN_ERROR_KIND_PERMISSION_DENIED: PermissionDeniedError,
}


def from_rpc_error(error: grpc.RpcError) -> Optional[TokenError]:
    """The exception that an RPC error carries, or None where it says nothing about a token.

    Neither the code nor the text decides: a refused credential has the code of a refused token.
    """
    status = status_of(error)
    return None if status is None else from_status(status)


def from_status(status: Status) -> Optional[TokenError]:
    """The same for the ``google.rpc.Status`` of one answer among many."""
    found = details_of(status, error_pb2.TokenErrorDetail)
    infos = (info for info in details_of(status, ErrorInfo) if info.domain == DOMAIN)
    return _to_exception(status, found[0], next(infos, ErrorInfo())) if found else None


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
        code=code_of(status.code),
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
