"""Valid answers, kept for a few seconds: bounded, by token digest, never beyond expiry."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple, Optional

from securetoken.v1 import token_service_pb2 as pb

from .results import ValidToken, to_valid
from .times import to_timedelta

_LOG = logging.getLogger("secure_token_client")


class Asked(NamedTuple):
    """When a question was asked, in seconds of each clock."""

    at: float
    wall: float


class ValidationCache:
    """Answers of ValidateToken. A revocation is seen when an entry ends, so keep `seconds` small.

    Holds no token: only SHA-256 digests. Safe to use from several threads. An answer ages by the
    monotonic clock and by the wall clock, whichever went further: the one stands still while a
    machine sleeps, the other can be set back.
    """

    def __init__(
        self,
        seconds: float,
        size: int = 1024,
        *,
        on_hit: Optional[Callable[[], None]] = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Keeps at most `size` answers for at most `seconds`; 0 keeps none.

        `on_hit` is called for each token that a kept answer is found for, for metrics. It must not
        block; what it raises is logged and changes nothing.
        """
        if not 0 <= seconds <= 60 or size < 1:
            raise ValueError("a cache keeps at least 1 answer for 0 to 60 seconds")
        self._seconds, self._size = seconds, size
        self._on_hit = on_hit
        self._clock, self._wall_clock = clock, wall_clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[bytes, tuple[Asked, pb.ValidateTokenResponse]] = OrderedDict()

    def get(self, token: object) -> Optional[ValidToken]:
        """A fresh copy of a kept answer, its time_remaining shortened by its age."""
        if self._seconds == 0 or not isinstance(token, str):
            return None
        found = self._find(_digest(token))
        if found is not None and self._on_hit is not None:
            try:
                self._on_hit()
            except Exception:
                _LOG.exception("on_hit raised")
        return found

    def _find(self, key: bytes) -> Optional[ValidToken]:
        with self._lock:
            kept = self._entries.get(key)
            if kept is None:
                return None
            asked, message = kept
            age = max(self._clock() - asked.at, self._wall_clock() - asked.wall)
            if age < min(self._seconds, _remaining(message)):
                self._entries.move_to_end(key)
                return to_valid(message, elapsed=age)
            del self._entries[key]
            return None

    def put(self, token: str, message: pb.ValidateTokenResponse, asked: Asked) -> None:
        """Keeps an answer to what was asked at `asked`; the least recently used gives way."""
        if self._seconds == 0:
            return
        with self._lock:
            self._entries[_digest(token)] = (asked, message)
            self._entries.move_to_end(_digest(token))
            if len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def forget(self, token: object) -> None:
        """Drops an answer, as when the token is revoked."""
        if isinstance(token, str):
            with self._lock:
                self._entries.pop(_digest(token), None)

    def clear(self) -> None:
        """Drops all answers, as when a user's tokens are revoked."""
        with self._lock:
            self._entries.clear()

    def now(self) -> Asked:
        """The instant of a question, for `put`."""
        return Asked(self._clock(), self._wall_clock())


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _remaining(message: pb.ValidateTokenResponse) -> float:
    return to_timedelta(message.time_remaining).total_seconds()
