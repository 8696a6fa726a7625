"""The four exceptions: facts about a token or about a request.

Whatever else goes wrong with a call (transport, deadline, the caller's own credential) stays a
``grpc.RpcError`` and says nothing about a token.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Optional

import grpc

__all__ = ["InvalidTokenError", "PermissionDeniedError", "TokenError", "TokenExpiredError"]


class TokenError(Exception):
    """A request or a setting breaks a rule. The base of the other three.

    Also any kind of error that a newer server may add.
    """

    kind: ClassVar[str] = "TOKEN_ERROR"
    """Which of the four this is: ``TokenErrorKind`` of error.proto, unprefixed."""

    def __init__(
        self,
        message: str = "",
        *,
        reason: str = "UNSPECIFIED",
        field: str = "",
        metadata: Optional[Mapping[str, str]] = None,
        code: Optional[grpc.StatusCode] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        """Which rule was broken: the name of an ``ErrorReason`` of error.proto, unprefixed."""
        self.field = field
        """The input at fault, as the request names it: ``token``, ``permissions[2]``."""
        self.metadata: dict[str, str] = dict(metadata or {})
        """Every variable part of the message, by name."""
        self.code = code
        """The status code of the RPC, for logs. Tell errors apart by class instead."""


class TokenExpiredError(TokenError):
    """The token is authentic, and past its ``expires_at``."""

    kind = "TOKEN_EXPIRED"
    expired_at: Optional[datetime] = None
    """The last instant at which the token was valid: naive UTC."""


class InvalidTokenError(TokenError):
    """The token is malformed, not authentic, or revoked."""

    kind = "INVALID_TOKEN"


class PermissionDeniedError(TokenError):
    """The token is valid and lacks the required permission."""

    kind = "PERMISSION_DENIED"
    required_permission: str = ""
    """The permission that the token lacks."""
