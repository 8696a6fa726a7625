"""Secrets for a server's settings, made where they are needed: they never travel."""

from __future__ import annotations

import secrets
import string

from .exceptions import TokenError
from .validators import validate_secret_key

_ALPHABET = string.ascii_letters + string.digits + "@$!%*?&#"
_MIN_LENGTH, _MAX_LENGTH = 16, 1024


def generate_secret_key(length: int = 32) -> str:
    """A random secret key of exactly `length` characters, which validate_secret_key accepts.

    Uniform among all such keys. Raises ValueError for fewer than 16.
    """
    _require(length, "a secret key", "characters")
    while True:
        key = "".join(secrets.choice(_ALPHABET) for _ in range(length))
        try:
            validate_secret_key(key)
        except TokenError:
            continue
        return key


def generate_salt(length: int = 32) -> bytes:
    """`length` random bytes. Raises ValueError for fewer than 16."""
    _require(length, "a salt", "bytes")
    return secrets.token_bytes(length)


def _require(length: int, what: str, unit: str) -> None:
    if not _MIN_LENGTH <= length <= _MAX_LENGTH:
        raise ValueError(f"{what} has {_MIN_LENGTH} to {_MAX_LENGTH} {unit}")
