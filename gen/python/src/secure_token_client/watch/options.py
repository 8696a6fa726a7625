"""What a verifier can be told: its bounds, and who wants to know what it does."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from typing import NamedTuple, Optional

LOG = logging.getLogger("secure_token_client.watch")

_MIN_BYTES = 1024 * 1024


class WatchObserver:
    """Is told what a verifier does, for metrics. Override what is wanted; each does nothing.

    The methods are called in the thread or the event loop in which it happens, so they must not
    block. What they raise is logged and changes nothing; in the main thread that does not hold for
    SystemExit and KeyboardInterrupt, which a signal may have raised.
    """

    def hit(self) -> None:
        """A kept answer was used: the token is valid, whatever it lacks."""

    def miss(self) -> None:
        """The server is asked about a token, or the answer of a call under way is awaited."""

    def refused(self, reason: str) -> None:
        """A token was refused: the error's reason, as ``TOKEN_REVOKED``, or ``UNAVAILABLE``."""

    def stale(self, seconds: float) -> None:
        """What is known has reached half of ``max_staleness``, 1.5 seconds at least.

        Once until it is younger than half of that.
        """

    def connected(self) -> None:
        """A feed gave its first checkpoint, in time."""

    def disconnected(self, cause: Exception) -> None:
        """A feed ended and is opened again."""

    def not_watched(self, cause: Exception) -> None:
        """The server does not let this caller watch, keeps none, or has more than are held.

        Each token is asked for until that changes. Called once until a feed is given.
        """


class WatchState(NamedTuple):
    """What a verifier knows at present."""

    is_ready: bool
    """Whether a snapshot is complete and a checkpoint came after it."""
    staleness: Optional[float]
    """How old its knowledge is, in seconds; None before the first checkpoint."""
    live: int
    """How many revocations are in force."""
    entries: int
    """How many answers are kept."""
    size: int
    """How many bytes they take, as estimated."""
    is_permitted: bool
    """False once the server has refused the feed."""


class Limits(NamedTuple):
    """The bounds of a verifier."""

    max_staleness: float
    max_entries: int
    max_bytes: int


def checked_limits(max_staleness: float, max_entries: int, max_bytes: int) -> Limits:
    """The bounds as they are kept. Raises ValueError naming the argument that breaks a rule."""
    is_number = isinstance(max_staleness, (int, float)) and not isinstance(max_staleness, bool)
    if not is_number or math.isnan(max_staleness) or not 1 <= max_staleness <= 300:
        raise ValueError("max_staleness must be 1 to 300 seconds")
    if type(max_entries) is not int or not 1 <= max_entries <= 10_000_000:
        raise ValueError("max_entries must be a whole number from 1 to 10,000,000")
    if type(max_bytes) is not int or max_bytes < _MIN_BYTES:
        raise ValueError("max_bytes must be a whole number, at least 1,048,576")
    return Limits(float(max_staleness), max_entries, max_bytes)


class Telling:
    """An observer whose own errors change nothing."""

    def __init__(self, observer: Optional[WatchObserver]) -> None:
        if observer is not None and not isinstance(observer, WatchObserver):
            raise ValueError("observer must be a WatchObserver")
        self.observer = observer

    def tell(self, event: Callable[[WatchObserver], None]) -> None:
        """Calls one of the observer's methods."""
        if self.observer is None:
            return
        try:
            event(self.observer)
        except BaseException as error:
            is_main = threading.current_thread() is threading.main_thread()
            if is_main and not isinstance(error, Exception):
                raise
            LOG.exception("a WatchObserver raised")  # SystemExit would end the feed's thread
