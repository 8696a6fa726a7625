"""What a request that may not pass is answered with: the same in the guards of all languages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, Optional

import grpc

Reason = Literal[
    "TOKEN_MISSING", "TOKEN_INVALID", "TOKEN_EXPIRED", "PERMISSION_MISSING", "UNAVAILABLE"
]


@dataclass(frozen=True)
class Refusal:
    """Why a request is not served, for HTTP and for gRPC. Holds nothing of the token."""

    reason: Reason
    status: int
    """The HTTP status: 401, 403 or 503."""
    code: grpc.StatusCode
    error: str
    """An error code of RFC 6750, ``missing_token`` or ``unavailable``."""
    message: str
    challenge: Optional[str] = None
    """The value of WWW-Authenticate (RFC 6750, section 3)."""
    permissions: tuple[str, ...] = ()
    """What the request requires, where that is why it is refused."""

    def body(self) -> bytes:
        """The body of an HTTP answer: a JSON object."""
        told = {"error": self.error, "reason": self.reason, "message": self.message}
        return json.dumps(told, separators=(",", ":")).encode()

    def headers(self) -> list[tuple[str, str]]:
        """The headers of an HTTP answer."""
        headers = [
            ("content-type", "application/json"),
            ("content-length", str(len(self.body()))),
            ("cache-control", "no-store"),
        ]
        if self.challenge is not None:
            headers.append(("www-authenticate", self.challenge))
        if self.reason == "UNAVAILABLE":
            headers.append(("retry-after", "1"))
        return headers

    def trailing_metadata(self) -> tuple[tuple[str, str], ...]:
        """The trailing metadata of a gRPC answer."""
        return () if self.challenge is None else (("www-authenticate", self.challenge),)


TOKEN_MISSING = Refusal(
    "TOKEN_MISSING",
    401,
    grpc.StatusCode.UNAUTHENTICATED,
    "missing_token",
    "a bearer token is required",
    "Bearer",
)
TOKEN_INVALID = Refusal(
    "TOKEN_INVALID",
    401,
    grpc.StatusCode.UNAUTHENTICATED,
    "invalid_token",
    "the bearer token is not valid",
    'Bearer error="invalid_token"',
)
TOKEN_EXPIRED = Refusal(
    "TOKEN_EXPIRED",
    401,
    grpc.StatusCode.UNAUTHENTICATED,
    "invalid_token",
    "the bearer token has expired",
    'Bearer error="invalid_token", error_description="the token has expired"',
)
UNAVAILABLE = Refusal(
    "UNAVAILABLE",
    503,
    grpc.StatusCode.UNAVAILABLE,
    "unavailable",
    "tokens cannot be checked at present",
)


def permission_missing(permissions: tuple[str, ...] = ()) -> Refusal:
    """The refusal of a valid token, or of a request that no rule names."""
    challenge = 'Bearer error="insufficient_scope"'
    if permissions and all(_is_scope(permission) for permission in permissions):
        challenge += f', scope="{" ".join(permissions)}"'
    return Refusal(
        "PERMISSION_MISSING",
        403,
        grpc.StatusCode.PERMISSION_DENIED,
        "insufficient_scope",
        "a permission is missing",
        challenge,
        permissions,
    )


def _is_scope(permission: str) -> bool:
    """Whether the scope attribute can name it (RFC 6750, section 3)."""
    return all("!" <= char <= "~" and char not in '"\\' for char in permission)
