"""AsyncWatchedVerifier: WatchedVerifier for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Optional, Union
from weakref import WeakKeyDictionary

import grpc

from securetoken.v1 import token_service_pb2 as pb

from ..aio import AsyncSecureTokenClient
from ..attempts import refusing_at_once
from ..audience import named
from ..deadlines import checked_timeout
from ..exceptions import TokenError
from ..requests import require_token
from ..results import ValidToken
from .aio_misses import AsyncMisses
from .clocks import Clocks, system_clocks
from .core import WatchCore
from .feed_policy import FeedEndedError, FeedPolicy, SilentFeedError
from .options import Limits, Telling, WatchObserver, WatchState, checked_limits
from .questions import Call
from .verifier import TICK, is_askable

AsyncClient = Union[AsyncSecureTokenClient, Callable[[], AsyncSecureTokenClient]]


class AsyncWatchedVerifier:
    """The methods of WatchedVerifier, awaited.

    Create it anywhere: each event loop that uses it follows a feed of its own, in two tasks, which
    end with `close`, the client's, or the loop.
    """

    def __init__(
        self,
        client: AsyncClient,
        *,
        max_staleness: float = 10.0,
        max_entries: int = 100_000,
        max_bytes: int = 256 * 1024 * 1024,
        audience: Optional[str] = None,
        observer: Optional[WatchObserver] = None,
        clocks: Optional[Clocks] = None,
    ) -> None:
        """As WatchedVerifier; `client` may be a function that gives the client."""
        if not isinstance(client, AsyncSecureTokenClient) and not callable(client):
            raise TypeError("client must be an AsyncSecureTokenClient, or a function that gives it")
        self._client, self._telling = client, Telling(observer)
        self._limits = checked_limits(max_staleness, max_entries, max_bytes)
        self._clocks = clocks or system_clocks()
        self._audience = named(audience)
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _LoopWatch] = WeakKeyDictionary()
        self._is_closed = False

    async def start(self) -> None:
        """Begins to follow the feed in the running loop. Raises ValueError once closed."""
        self._watch()

    async def verify(
        self, token: str, permission: Optional[str] = None, *, timeout: Optional[float] = None
    ) -> ValidToken:
        """As WatchedVerifier.verify."""
        watch = self._watch()
        try:
            if permission is not None and not is_askable(permission):
                await watch.client.check_permission(token, permission, timeout=timeout)
            kept = watch.core.look(token, permission)
            return kept or await watch.ask(token, permission, timeout)
        except TokenError as error:
            self._tell_refused(error.reason)
            raise
        except grpc.RpcError:
            self._tell_refused("UNAVAILABLE")
            raise

    @property
    def state(self) -> WatchState:
        """What is known at present in the running loop."""
        return self._watch().core.state()

    async def close(self) -> None:
        """Ends the running loop's feed and its tasks. The client stays open."""
        self._is_closed = True
        watch = self._loops.pop(asyncio.get_running_loop(), None)
        if watch is not None:
            await watch.close()

    async def __aenter__(self) -> AsyncWatchedVerifier:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await self.close()

    def _tell_refused(self, reason: str) -> None:
        self._telling.tell(lambda observer: observer.refused(reason))

    def _watch(self) -> _LoopWatch:
        loop = asyncio.get_running_loop()
        watch = self._loops.get(loop)
        if watch is None:
            if self._is_closed:
                raise ValueError("the verifier is closed")
            for gone in [it for it in self._loops if it.is_closed()]:
                del self._loops[gone]
            client = self._client
            client = client if isinstance(client, AsyncSecureTokenClient) else client()
            watch = self._loops[loop] = _LoopWatch(
                client, self._limits, self._clocks, self._telling, self._audience
            )
        return watch


class _LoopWatch:
    """What one event loop knows."""

    def __init__(
        self,
        client: AsyncSecureTokenClient,
        limits: Limits,
        clocks: Clocks,
        telling: Telling,
        audience: Optional[str],
    ) -> None:
        self.client, self._telling = client, telling
        self.core = WatchCore(limits, clocks, telling, audience)
        self._policy = FeedPolicy(self.core, client._key)
        self._misses = AsyncMisses(self.core, self._call)
        self._feed: Any = None
        self._is_silent = False
        self._tasks = [asyncio.ensure_future(self._run()), asyncio.ensure_future(self._tick())]

    async def ask(
        self, token: str, permission: Optional[str], timeout: Optional[float]
    ) -> ValidToken:
        seconds = checked_timeout(timeout, self.client._timeout)
        self._telling.tell(lambda observer: observer.miss())
        require_token(token)
        return self.core.give(await self._misses.ask(token, seconds), permission)

    async def _call(self, call: Call) -> Any:
        with refusing_at_once(call.begin):
            return await self.client._call(call.method, call.request, None)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await self._misses.close()

    async def _run(self) -> None:
        """Follows one feed after the other."""
        while True:
            try:
                cause = await self._follow()
            except ValueError:  # the client is closed
                self._tasks[1].cancel()
                return
            await asyncio.sleep(self._policy.ended(cause))

    async def _follow(self) -> Exception:
        """Follows a feed to its end, and gives why it ended."""
        connection = self.client._connection()
        link = connection.begin()
        try:
            return await self._read(link.stub.WatchRevocations)
        finally:
            self._feed = None
            await connection.end(link, lost=self._is_silent)

    async def _read(self, watch: Any) -> Exception:
        self._is_silent = False
        feed = None
        try:
            metadata = self._policy.metadata()  # a function may take its time to give the key
            request = pb.WatchRevocationsRequest(cursor=self.core.begin_feed())
            self._feed = feed = watch(request, metadata=metadata)
            async for event in feed:
                if self.core.apply(event):
                    self._policy.checkpointed()
        except asyncio.CancelledError:
            if not self._is_silent:
                raise
            return SilentFeedError()
        except Exception as error:
            return SilentFeedError() if self._is_silent else error
        finally:
            if feed is not None:
                feed.cancel()
        return FeedEndedError()

    async def _tick(self) -> None:
        """Warns of a feed that grows old, and ends a silent one."""
        while True:
            await asyncio.sleep(TICK)
            self.core.warn()
            if self._feed is not None and self.core.is_silent():
                self._is_silent = True
                self._feed.cancel()
