"""The two clocks of a verifier: one that never goes back, and the wall clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

Clock = Callable[[], float]
"""Gives seconds."""


class Clocks(NamedTuple):
    """What a verifier measures time with. Tests give others."""

    monotonic: Clock
    """Goes on while the machine sleeps; staleness is measured with it alone."""
    wall: Clock
    """Seconds since 1970."""


class AwakeClock:
    """A monotonic clock that counts sleep, made of one that may not and of the wall clock.

    Where the wall clock has advanced more than the other, by a tenth of a second at least, in one
    nap or in several, the machine may have slept, and the difference counts. A wall clock that is
    set forward makes it run ahead: answers are then asked for once more than needed. One that is
    set back hides no later sleep: what counts is how far it has advanced since its last low.
    """

    _LEAST_SLEEP = 0.1

    def __init__(self, monotonic: Clock = time.monotonic, wall: Clock = time.time) -> None:
        self._monotonic, self._wall = monotonic, wall
        self._lock = threading.Lock()
        self._read = (monotonic(), wall())
        self._now = 0.0
        self._gained = 0.0  # by the wall clock, and not counted yet

    def __call__(self) -> float:
        """The seconds since this clock was made."""
        with self._lock:
            read, awake, gained = self._look()
            if gained >= self._LEAST_SLEEP:
                # A thread that was held up between the two clocks has read the wall's later.
                read, awake, gained = self._look()
            self._read, self._gained = read, gained
            self._now += awake
            if gained >= self._LEAST_SLEEP:
                self._now += gained
                self._gained = 0.0
            return self._now

    def _look(self) -> tuple[tuple[float, float], float, float]:
        """Both clocks, the time awake since they were read, and what the wall clock has gained."""
        read = (self._monotonic(), self._wall())
        awake = max(0.0, read[0] - self._read[0])
        return read, awake, max(0.0, self._gained + read[1] - self._read[1] - awake)


def system_clocks() -> Clocks:
    """The clocks of this machine."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    if boot_time is None:
        return Clocks(AwakeClock(), time.time)
    return Clocks(lambda: time.clock_gettime(boot_time), time.time)
