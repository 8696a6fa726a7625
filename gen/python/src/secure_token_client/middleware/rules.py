"""What a request needs: a valid token, a permission, or neither; and what its refusal says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Optional, Union

import grpc

from ..exceptions import PermissionDeniedError, TokenError
from ..results import ValidToken

PUBLIC = object()
"""Given by a rule for what needs no token."""

Rule = Union[str, None, Callable[[str, str], object]]
"""A permission that every request needs; None, where a valid token is enough; or a function of
method and path (in gRPC: "POST" and the full method name) that gives one of the two, or PUBLIC."""

_BEARER = "bearer "


@dataclass(frozen=True)
class Refusal:
    """Why a request is not served, for HTTP and for gRPC."""

    status: int
    code: grpc.StatusCode
    error: str
    message: str
    challenge: Optional[str] = None
    """The value of WWW-Authenticate (RFC 6750, section 3)."""

    def body(self) -> bytes:
        """A JSON object that tells the error, and nothing of the token."""
        return json.dumps({"error": self.error, "message": self.message}).encode()

    def headers(self) -> list[tuple[str, str]]:
        """The headers of an HTTP answer."""
        challenge = [("www-authenticate", self.challenge)] if self.challenge else []
        length = str(len(self.body()))
        return [("content-type", "application/json"), ("content-length", length), *challenge]


NO_TOKEN = Refusal(
    401,
    grpc.StatusCode.UNAUTHENTICATED,
    "TOKEN_REQUIRED",
    "A bearer token is required",
    "Bearer",
)
UNREACHABLE = Refusal(
    503, grpc.StatusCode.UNAVAILABLE, "TOKEN_SERVICE_UNAVAILABLE", "The token cannot be checked"
)


def needed(rule: Rule, method: str, path: str) -> object:
    """The permission that a request needs, None or PUBLIC."""
    return rule(method, path) if callable(rule) else rule


def bearer(header: Optional[str]) -> Optional[str]:
    """The token of an Authorization header (RFC 6750, section 2.1); None where it has none."""
    if header is None or not header.lower().startswith(_BEARER):
        return None
    return header[len(_BEARER) :].strip() or None


def require(token: ValidToken, permission: object) -> None:
    """Raises PermissionDeniedError, as the server would, where the token lacks the permission."""
    if permission is None or permission in token["permissions"]:
        return
    error = PermissionDeniedError(
        f"Permission '{permission}' not granted",
        reason="PERMISSION_NOT_GRANTED",
        field="required_permission",
        metadata={"required_permission": str(permission)},
        code=grpc.StatusCode.PERMISSION_DENIED,
    )
    error.required_permission = str(permission)
    raise error


def refusal_of(error: TokenError) -> Refusal:
    """What a request with such a token is told."""
    if isinstance(error, PermissionDeniedError):
        scope = _quotable(error.required_permission)
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        code = grpc.StatusCode.PERMISSION_DENIED
        return Refusal(403, code, error.reason, error.message, challenge)
    code = grpc.StatusCode.UNAUTHENTICATED
    return Refusal(401, code, error.reason, error.message, 'Bearer error="invalid_token"')


def _quotable(text: str) -> str:
    """What RFC 6750 allows in a scope, all else as a question mark."""
    return "".join(char if "!" <= char <= "~" and char not in '"\\' else "?" for char in text)
