"""What a stand-in says of tokens and requests: the service's own words and details."""

from __future__ import annotations

from typing import NamedTuple, Optional

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from securetoken.v1 import error_pb2

from ..call_errors import DOMAIN


class _Row(NamedTuple):
    kind: str
    code: grpc.StatusCode
    field: str
    message: str


_ROWS = {
    "TOKEN_MALFORMED": _Row(
        "TOKEN_ERROR_KIND_INVALID_TOKEN",
        grpc.StatusCode.UNAUTHENTICATED,
        "token",
        "Token format is invalid",
    ),
    "TOKEN_EXPIRED": _Row(
        "TOKEN_ERROR_KIND_TOKEN_EXPIRED",
        grpc.StatusCode.UNAUTHENTICATED,
        "token",
        "Token expired",
    ),
    "TOKEN_REVOKED": _Row(
        "TOKEN_ERROR_KIND_INVALID_TOKEN",
        grpc.StatusCode.UNAUTHENTICATED,
        "token",
        "Token has been revoked",
    ),
    "AUDIENCE_MISMATCH": _Row(
        "TOKEN_ERROR_KIND_INVALID_TOKEN",
        grpc.StatusCode.UNAUTHENTICATED,
        "audience",
        "Token is not for audience '{audience}'",
    ),
    "PERMISSION_NOT_GRANTED": _Row(
        "TOKEN_ERROR_KIND_PERMISSION_DENIED",
        grpc.StatusCode.PERMISSION_DENIED,
        "required_permission",
        "Permission '{required_permission}' not granted",
    ),
    "REVOCATION_INVALID": _Row(
        "TOKEN_ERROR_KIND_TOKEN_ERROR",
        grpc.StatusCode.INVALID_ARGUMENT,
        "targets",
        "a target of RevokeTokens must name something",
    ),
}


class Refused(Exception):
    """An answer that is an error: its code, and its ``google.rpc.Status``."""

    def __init__(self, reason: str, code: grpc.StatusCode, status: Status) -> None:
        super().__init__(status.message)
        self.reason, self.code, self.status = reason, code, status


def refuse(
    reason: str,
    *,
    field: str = "",
    expired_at: Optional[Timestamp] = None,
    required_permission: str = "",
    audience: str = "",
) -> Refused:
    """The error for an ErrorReason, named without its prefix."""
    row = _ROWS[reason]
    detail = error_pb2.TokenErrorDetail(
        kind=row.kind,
        reason=f"ERROR_REASON_{reason}",
        field=field or row.field,
        expired_at=expired_at,
        required_permission=required_permission,
    )
    info = ErrorInfo(domain=DOMAIN, reason=f"ERROR_REASON_{reason}")
    info.metadata["field"] = field or row.field
    if reason == "PERMISSION_NOT_GRANTED":
        info.metadata["required_permission"] = required_permission
    if reason == "AUDIENCE_MISMATCH":
        info.metadata["audience"] = audience
    message = row.message.format(required_permission=required_permission, audience=audience)
    packed = [Any(), Any()]
    for into, content in zip(packed, (detail, info)):
        into.Pack(content)
    number = row.code.value[0]
    return Refused(reason, row.code, Status(code=number, message=message, details=packed))
