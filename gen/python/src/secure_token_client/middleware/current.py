"""The token of the request that is being served."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Optional

from ..results import ValidToken

_CURRENT: ContextVar[Optional[ValidToken]] = ContextVar("secure_token_current", default=None)


def current_token() -> ValidToken:
    """The claims of the token that the request came with.

    Raises LookupError where no token was validated: outside a request, or on a public path.
    """
    token = _CURRENT.get()
    if token is None:
        raise LookupError("no token was validated for this request")
    return token


def set_current_token(token: Optional[ValidToken]) -> None:
    """Says whose request is being served from here on, in this thread or task."""
    _CURRENT.set(token)
