"""The token in a request's authorization headers (RFC 6750, section 2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Union

from .refusals import TOKEN_INVALID, TOKEN_MISSING, Refusal

_MAX_LENGTH = 8192
_TOKEN68 = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/")
_BLANK = " \t"


def bearer(headers: Sequence[str]) -> Union[str, Refusal]:
    """The token, or why there is none.

    Which of two headers others would read is unknown. A comma joins two (RFC 9110, section 5.3), as
    servers of WSGI do (PEP 3333).
    """
    if not headers:
        return TOKEN_MISSING
    if len(headers) > 1 or "," in headers[0]:
        return TOKEN_INVALID
    scheme, _, token = headers[0].strip(_BLANK).partition(" ")
    if scheme.lower() != "bearer":
        return TOKEN_MISSING
    return checked_token(token.strip(_BLANK))


def extracted(token: Optional[str]) -> Union[str, Refusal]:
    """The token that an extractor of the program's own found; None or empty is no token."""
    if not token:
        return TOKEN_MISSING
    return checked_token(token) if isinstance(token, str) else TOKEN_INVALID


def checked_token(token: str) -> Union[str, Refusal]:
    """Refuses what can be no token before anything is spent on it."""
    if len(token) > _MAX_LENGTH:
        return TOKEN_INVALID
    body = token.rstrip("=")
    return token if body and _TOKEN68.issuperset(body) else TOKEN_INVALID
