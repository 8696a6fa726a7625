"""Single flight: concurrent first checks of one token are one call."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from weakref import WeakKeyDictionary

import grpc

from ..call_errors import CallError
from ..results import ValidToken


class Flights:
    """For threads. Whoever asks first makes the call, the others wait for its end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[bytes, Future[ValidToken]] = {}

    def join(self, token: str, ask: Callable[[str], ValidToken]) -> ValidToken:
        """Claims of its own for each request. Raises what the call raised."""
        key = _digest(token)
        with self._lock:
            flight = self._open.get(key)
            if flight is not None:
                is_first = False
            else:
                is_first, flight = True, Future()
                self._open[key] = flight
        if not is_first:
            return copy.deepcopy(flight.result())
        try:
            valid = ask(token)
        except BaseException as error:
            is_ordinary = isinstance(error, Exception)
            self._end(key)
            flight.set_exception(error if is_ordinary else _interrupted())
            raise
        self._end(key)
        flight.set_result(copy.deepcopy(valid))
        return valid

    def _end(self, key: bytes) -> None:
        with self._lock:
            del self._open[key]


class AsyncFlights:
    """For asyncio. The call is a task of its own: a request that is cancelled ends no other's."""

    def __init__(self) -> None:
        self._loops: WeakKeyDictionary[
            asyncio.AbstractEventLoop, dict[bytes, asyncio.Task[ValidToken]]
        ] = WeakKeyDictionary()

    async def join(self, token: str, ask: Callable[[str], Awaitable[ValidToken]]) -> ValidToken:
        """Claims of its own for each request. Raises what the call raised."""
        flights = self._loops.setdefault(asyncio.get_running_loop(), {})
        key = _digest(token)
        flight = flights.get(key)
        if flight is not None:
            return copy.deepcopy(await asyncio.shield(flight))

        async def call() -> ValidToken:
            try:
                return await ask(token)
            finally:
                del flights[key]

        flights[key] = flight = asyncio.ensure_future(call())
        flight.add_done_callback(lambda done: done.cancelled() or done.exception())
        return copy.deepcopy(await asyncio.shield(flight))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _interrupted() -> CallError:
    return CallError(grpc.StatusCode.UNAVAILABLE, "the call for this token was interrupted")
