"""The caller's own credential: a text, a function, or a file that is read again."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Optional, Protocol, Union

ApiKey = Union[str, Callable[[], str], None]
"""The `api_key` of a client: a text, a function asked before every attempt, or None."""

_FILE_INTERVAL = 1.0
"""How often a key file is read at most, in seconds."""
_MAX_LENGTH = 4096


class KeySource(Protocol):
    """Gives the API key of each attempt."""

    def __call__(self, *, renewed: bool = False) -> Optional[str]:
        """The key. `renewed` asks anew after the server has refused an earlier one."""


def key_source(
    api_key: ApiKey, api_key_file: Optional[Union[str, os.PathLike[str]]]
) -> Optional[KeySource]:
    """The source that a client's arguments name; None without a key.

    Raises ValueError for two sources, a bad key, or a file without a good one.
    """
    if api_key_file is not None:
        if api_key is not None:
            raise ValueError("api_key and api_key_file are both given")
        return _FileKey(api_key_file)
    if api_key is None:
        return None
    if callable(api_key):
        return _FunctionKey(api_key)
    return _FixedKey(api_key)


class _FixedKey:
    def __init__(self, key: str) -> None:
        self._key = checked_key(key, "api_key")

    def __call__(self, *, renewed: bool = False) -> str:
        return self._key


class _FunctionKey:
    def __init__(self, function: Callable[[], str]) -> None:
        self._function = function

    def __call__(self, *, renewed: bool = False) -> str:
        return checked_key(self._function(), "what the api_key function gives")


class _FileKey:
    """Holds the key read last: a file that is being written does not take it away."""

    def __init__(
        self,
        path: Union[str, os.PathLike[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._clock = path, clock
        self._lock = threading.Lock()
        try:
            self._key = self._read()
        except OSError as error:
            raise ValueError(f"api_key_file cannot be read: {error}") from error
        self._read_at = clock()

    def __call__(self, *, renewed: bool = False) -> str:
        with self._lock:
            if renewed or self._clock() - self._read_at >= _FILE_INTERVAL:
                self._read_at = self._clock()
                try:
                    self._key = self._read()
                except (OSError, ValueError):
                    pass  # half-written, or gone for a moment: the key read last stays
            return self._key

    def _read(self) -> str:
        with open(self._path, "rb") as file:
            text = file.read(_MAX_LENGTH + 3).decode("latin-1")
        return checked_key(text.strip(" \t\r\n"), f"the key in {os.fspath(self._path)}")


def checked_key(key: object, name: str) -> str:
    """A key that a header can carry. Raises ValueError, which names it and never shows it."""
    if not isinstance(key, str):
        raise ValueError(f"{name} must be text")
    if not key:
        raise ValueError(f"{name} is empty: give None where there is no key")
    if len(key) > _MAX_LENGTH:
        raise ValueError(f"{name} is longer than {_MAX_LENGTH} characters")
    if not all("!" <= char <= "~" for char in key):
        raise ValueError(f"{name} must consist of printable ASCII without spaces")
    return key
