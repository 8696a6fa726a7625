"""Watched verification: tokens are checked in memory, and against every revocation."""

from .aio_verifier import AsyncWatchedVerifier
from .clocks import Clocks
from .options import WatchObserver, WatchState
from .verifier import WatchedVerifier

__all__ = [
    "AsyncWatchedVerifier",
    "Clocks",
    "WatchObserver",
    "WatchState",
    "WatchedVerifier",
]
