"""The token of the request that is being served."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Optional

from ..results import ValidToken
from .guard import Pass

_NOBODY = Pass()
_CURRENT: ContextVar[Pass] = ContextVar("secure_token_current", default=_NOBODY)


def current_token() -> ValidToken:
    """The claims of the token that the request came with.

    Raises LookupError where no token was validated: outside a request, or on a public path.
    """
    claims = _CURRENT.get().claims
    if claims is None:
        raise LookupError("no token was validated for this request")
    return claims


def optional_token() -> Optional[ValidToken]:
    """The same, or None where no token was validated, as where a rule is OPTIONAL."""
    return _CURRENT.get().claims


def forward_headers() -> dict[str, str]:
    """The HTTP header that calls another service as the user of this request.

    For that service alone, and over TLS: whoever gets the token can use it. Raises LookupError
    where no token was validated.
    """
    return {"authorization": f"Bearer {_token()}"}


def forward_metadata() -> tuple[tuple[str, str], ...]:
    """The gRPC metadata that calls another service as the user of this request.

    As forward_headers: ``stub.List(request, metadata=forward_metadata())``.
    """
    return (("authorization", f"Bearer {_token()}"),)


def set_current(passed: Pass = _NOBODY) -> None:
    """Says whose request is being served from here on, in this thread or task."""
    _CURRENT.set(passed)


def _token() -> str:
    token = _CURRENT.get().token
    if token is None:
        raise LookupError("no token was validated for this request")
    return token
