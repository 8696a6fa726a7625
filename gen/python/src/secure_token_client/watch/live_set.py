"""The revocations in force, and whether a token is hit by one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from google.protobuf.timestamp_pb2 import Timestamp

from securetoken.v1 import token_service_pb2 as pb

MAX_ENTRIES = 10_000_000
"""The most revocations that are held; beyond it nothing is vouched for."""
_HASH_BYTES = 32
_MIN_SECONDS, _MAX_SECONDS, _MAX_NANOS = -62_135_596_800, 253_402_300_799, 999_999_999
_NO_CUT_OFF = (-1, 0)
_SMALL = 10_000
_SWEEP_SECONDS = 60
"""A set that is not small is swept so often at most."""


class MalformedFeedError(Exception):
    """An event that a server does not send: nothing that the feed told is trusted from then on."""


class TooManyRevocationsError(Exception):
    """More revocations are in force than are held."""


class TokenFacts(NamedTuple):
    """What revocations speak of."""

    token_id: str
    session_id: str
    user_hash: bytes
    """The SHA-256 of the user's id."""
    begins_at: int
    """What cut-offs are compared with, in microseconds since 1970: the session's start, or
    issued_at where a server whose clock is behind has refreshed the token."""
    expires_at: int
    """Seconds since 1970."""


class LiveSet:
    """Read by any thread; changed by one at a time."""

    def __init__(self, max_entries: int = MAX_ENTRIES) -> None:
        self._max_entries = max_entries
        # Each with the second after which no token that it hits is valid.
        self._tokens: dict[str, int] = {}
        self._sessions: dict[str, int] = {}
        self._users: dict[bytes, tuple[int, int]] = {}  # a cut-off in microseconds, and the same
        self._everything = _NO_CUT_OFF
        self._first_end = math.inf
        self._swept_at = 0.0
        self.forgotten_until = 0
        """The latest end of what was dropped and not told again. A wall clock that runs ahead drops
        too early: a token that ends at this second or before it cannot be vouched for."""
        self._forgotten_since = 0  # the same of what was dropped since the feed was asked for

    def __len__(self) -> int:
        """How many entries are held."""
        has_global = self._everything[0] >= 0
        return len(self._tokens) + len(self._sessions) + len(self._users) + has_global

    def hits(self, token: TokenFacts) -> bool:
        """Whether the token is revoked."""
        if token.token_id in self._tokens or token.session_id in self._sessions:
            return True
        cut_off = self._users.get(token.user_hash)
        if cut_off is not None and token.begins_at <= cut_off[0]:
            return True
        return token.begins_at <= self._everything[0]

    def add(self, revocations: Iterable[pb.Revocation]) -> None:
        """Takes entries. Raises MalformedFeedError, TooManyRevocationsError."""
        for entry in revocations:
            if len(self) >= self._max_entries:
                raise TooManyRevocationsError(f"{self._max_entries:,} revocations are in force")
            self._add(entry)

    def begin(self) -> None:
        """A feed is asked for."""
        self._forgotten_since = 0

    def relearn(self) -> None:
        """The feed has told all that was in force when it was asked for."""
        self.forgotten_until = self._forgotten_since

    def sweep(self, now: float) -> None:
        """Drops what has expired by the wall clock."""
        is_early = len(self) > _SMALL and abs(now - self._swept_at) < _SWEEP_SECONDS
        if self._first_end >= now or is_early:
            return
        self._swept_at, self._first_end = now, math.inf
        self._sweep(self._tokens, lambda end: end, now)
        self._sweep(self._sessions, lambda end: end, now)
        self._sweep(self._users, lambda cut_off: cut_off[1], now)
        if self._everything[0] >= 0:
            self._judge(self._everything[1], now)
            if self._everything[1] < now:
                self._everything = _NO_CUT_OFF

    def _sweep(self, held: dict[Any, Any], end_of: Callable[[Any], int], now: float) -> None:
        ended = [key for key, kept in held.items() if self._judge(end_of(kept), now)]
        for key in ended:
            del held[key]

    def _judge(self, end: int, now: float) -> bool:
        """Whether an entry has expired; remembers when the next will, or that this is forgotten."""
        if end >= now:
            self._first_end = min(self._first_end, end)
            return False
        self.forgotten_until = max(self.forgotten_until, end)
        self._forgotten_since = max(self._forgotten_since, end)
        return True

    def _add(self, entry: pb.Revocation) -> None:
        kind = entry.WhichOneof("target")
        if not entry.HasField("expires_at"):
            raise MalformedFeedError("a revocation without an end")
        end = _micros_of(entry.expires_at) // 1_000_000 + 1
        self._first_end = min(self._first_end, end)
        if kind in ("token_id", "session_id") and not getattr(entry, kind):
            raise MalformedFeedError("an id of no characters")
        if kind == "token_id":
            self._tokens[entry.token_id] = max(self._tokens.get(entry.token_id, end), end)
        elif kind == "session_id":
            self._sessions[entry.session_id] = max(self._sessions.get(entry.session_id, end), end)
        elif kind == "user_id_sha256":
            digest = entry.user_id_sha256
            if len(digest) != _HASH_BYTES:
                raise MalformedFeedError("the hash of a user's id has not 32 bytes")
            known = self._users.get(digest, _NO_CUT_OFF)
            self._users[digest] = _latest(known, _cut_off(entry, end))
        elif kind == "everything" and entry.everything:
            self._everything = _latest(self._everything, _cut_off(entry, end))
        else:
            raise MalformedFeedError("a revocation of an unknown kind")


def to_micros(instant: Timestamp) -> int:
    """Microseconds since 1970."""
    return int(instant.seconds * 1_000_000 + instant.nanos // 1000)


def _cut_off(entry: pb.Revocation, end: int) -> tuple[int, int]:
    if not entry.HasField("issued_before"):
        raise MalformedFeedError("a cut-off without an instant")
    return _micros_of(entry.issued_before), end


def _latest(known: tuple[int, int], told: tuple[int, int]) -> tuple[int, int]:
    """The cut-off that hits whatever one of the two hits, for as long as one of them does."""
    return max(known[0], told[0]), max(known[1], told[1])


def _micros_of(instant: Timestamp) -> int:
    """Microseconds since 1970. Raises MalformedFeedError for one of no year from 1 to 9999."""
    if not _MIN_SECONDS <= instant.seconds <= _MAX_SECONDS or not 0 <= instant.nanos <= _MAX_NANOS:
        raise MalformedFeedError("an instant of no year from 1 to 9999")
    return to_micros(instant)
