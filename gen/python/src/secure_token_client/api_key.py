"""The caller's own credential: a text, a function, or a file that is read again."""

from __future__ import annotations

import logging
import os
import stat
import threading
import time
from collections.abc import Callable
from typing import Optional, Protocol, Union

_LOG = logging.getLogger("secure_token_client")

ApiKey = Union[str, Callable[[], str], None]
"""The `api_key` of a client: a text, a function asked before every attempt, or None."""

_FILE_INTERVAL = 1.0
"""How often a key file is read at most, in seconds."""
_MAX_LENGTH = 4096
_MAX_FILE_BYTES = _MAX_LENGTH + 2
"""Room for the longest key and a line break of two characters."""


class KeySource(Protocol):
    """Gives the API key of each attempt."""

    def __call__(self, *, renewed: bool = False) -> Optional[str]:
        """The key. `renewed` asks anew after the server has refused an earlier one."""

    @property
    def fault(self) -> Optional[str]:
        """Why the key is the one read last, where its file cannot be read any more."""


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
    fault = None

    def __init__(self, key: str) -> None:
        self._key = checked_key(key, "api_key")

    def __call__(self, *, renewed: bool = False) -> str:
        return self._key


class _FunctionKey:
    fault = None

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
        self.fault: Optional[str] = None
        try:
            self._key = self._read()
        except OSError as error:
            raise ValueError(f"api_key_file cannot be read: {error}") from error
        self._read_at = clock()

    def __call__(self, *, renewed: bool = False) -> str:
        with self._lock:
            if renewed or self._clock() - self._read_at >= _FILE_INTERVAL:
                self._read_at = self._clock()
                self._read_again()
            return self._key

    def _read_again(self) -> None:
        """Logs a fault once, until the file can be read again or fails in another way."""
        before, self.fault = self.fault, None
        try:
            self._key = self._read()
        except (OSError, ValueError) as error:
            # Half-written, or gone for a moment: the key read last stays.
            self.fault = f"api_key_file cannot be read: {error}"
        if self.fault is not None and self.fault != before:
            _LOG.warning("%s; the key read last is sent", self.fault)

    def _read(self) -> str:
        text = _read_regular_file(self._path).decode("latin-1")
        return checked_key(text.strip(" \t\r\n"), f"the key in {os.fspath(self._path)}")


def _read_regular_file(path: Union[str, os.PathLike[str]]) -> bytes:
    """Raises OSError, and ValueError for a pipe or device, which could keep calls waiting."""
    # Without O_NONBLOCK, which Windows has not, opening a pipe would wait for its writer.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
    with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
        is_regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        content = file.read(_MAX_FILE_BYTES + 1) if is_regular else b""
    if not is_regular or len(content) > _MAX_FILE_BYTES:
        rule = f"must be a regular file of at most {_MAX_FILE_BYTES} bytes"
        raise ValueError(f"api_key_file {os.fspath(path)} {rule}")
    return content


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
