"""WatchedVerifier: tokens are checked in memory, and against every revocation."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Optional

import grpc

from securetoken.v1 import token_service_pb2 as pb

from ..attempts import refusing_at_once
from ..audience import named
from ..client import SecureTokenClient
from ..deadlines import checked_timeout
from ..exceptions import TokenError
from ..requests import is_well_formed, require_token
from ..results import ValidToken
from .clocks import Clocks, system_clocks
from .core import WatchCore
from .feed_policy import FeedEndedError, FeedPolicy, SilentFeedError
from .misses import Misses
from .options import Telling, WatchObserver, WatchState, checked_limits
from .questions import Call

TICK = 0.25
"""How often the age of the feed is looked at, in seconds."""
_MAX_PERMISSION = 128


class WatchedVerifier:
    """Asks the server once for each token, and follows the feed of revocations from then on.

    A token is vouched for without a call as long as it has not expired, no revocation hits it, the
    server still has its key, and what is known of revocations is not older than `max_staleness`.
    Otherwise the server is asked; where the client makes more calls than it may, RateExceededError
    is raised at once. Safe to share between threads; make one for a client and its
    guards. The feed begins with `start` or the first `verify`, in two daemon threads, and ends with
    `close` or the client's.
    """

    def __init__(
        self,
        client: SecureTokenClient,
        *,
        max_staleness: float = 10.0,
        max_entries: int = 100_000,
        max_bytes: int = 256 * 1024 * 1024,
        audience: Optional[str] = None,
        observer: Optional[WatchObserver] = None,
        clocks: Optional[Clocks] = None,
    ) -> None:
        """`client` must be allowed to call ValidateToken, BatchValidateTokens and WatchRevocations.

        ``max_staleness``: how old what is known of revocations may be, 1 to 300 seconds.
        ``max_entries`` (1 to 10,000,000) and ``max_bytes`` (1 MiB or more, as estimated) bound the
        answers that are kept; the least recently used gives way. ``audience`` is the service that
        tokens must be meant for, compared exactly with each kept answer; without it any token
        passes. ``observer`` is told what happens, for metrics. ``clocks`` are for tests. Raises
        ValueError naming the argument that breaks a rule.
        """
        if not isinstance(client, SecureTokenClient):
            raise TypeError("client must be a SecureTokenClient")
        self._client = client
        self._telling = Telling(observer)
        limits = checked_limits(max_staleness, max_entries, max_bytes)
        self._core = WatchCore(limits, clocks or system_clocks(), self._telling, named(audience))
        self._policy = FeedPolicy(self._core, client._key)
        self._misses = Misses(self._core, self._call)
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._closed = threading.Event()
        self._feed: Any = None
        self._is_silent = False

    def start(self) -> None:
        """Begins to follow the feed, where that has not begun. Raises ValueError once closed."""
        if self._threads:
            return
        with self._lock:
            if self._closed.is_set():
                raise ValueError("the verifier is closed")
            if not self._threads:
                for name, work in (("feed", self._run), ("clock", self._tick)):
                    thread = threading.Thread(target=work, name=f"secure-token-{name}", daemon=True)
                    self._threads.append(thread)
                    thread.start()

    def verify(
        self, token: str, permission: Optional[str] = None, *, timeout: Optional[float] = None
    ) -> ValidToken:
        """A valid token's claims, and that it holds the permission where one is named.

        Raises what validate_token and check_permission raise. `timeout` in seconds is for the call,
        where one is needed; default: the client's.
        """
        try:
            if permission is not None and not is_askable(permission):
                self._client.check_permission(token, permission, timeout=timeout)
            return self._core.look(token, permission) or self._ask(token, permission, timeout)
        except TokenError as error:
            self._tell_refused(error.reason)
            raise
        except grpc.RpcError:
            self._tell_refused("UNAVAILABLE")
            raise

    def _call(self, call: Call, timeout: float) -> Any:
        with refusing_at_once(call.begin):
            return self._client._call(call.method, call.request, timeout)

    @property
    def state(self) -> WatchState:
        """What is known at present, for metrics and health checks."""
        return self._core.state()

    def close(self) -> None:
        """Ends the feed and its threads. The client stays open."""
        with self._lock:
            self._closed.set()
            threads, self._threads = self._threads, []
            if self._feed is not None:
                self._feed.cancel()
        for thread in threads:
            if thread is not threading.current_thread():  # an observer may close it
                thread.join()

    def __enter__(self) -> WatchedVerifier:
        self.start()
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def _ask(self, token: str, permission: Optional[str], timeout: Optional[float]) -> ValidToken:
        self.start()
        seconds = checked_timeout(timeout, self._client._timeout)
        self._telling.tell(lambda observer: observer.miss())
        require_token(token)
        return self._core.give(self._misses.ask(token, seconds), permission)

    def _tell_refused(self, reason: str) -> None:
        self._telling.tell(lambda observer: observer.refused(reason))

    def _run(self) -> None:
        """Follows one feed after the other."""
        while not self._closed.is_set():
            try:
                cause = self._follow()
            except ValueError:  # the client is closed
                self._closed.set()
                return
            if not self._closed.is_set():
                self._closed.wait(self._policy.ended(cause))

    def _follow(self) -> Exception:
        """Follows a feed to its end, and gives why it ended."""
        connection = self._client._connection
        link = connection.begin()
        try:
            return self._read(link.stub.WatchRevocations)
        finally:
            connection.end(link, lost=self._is_silent)

    def _read(self, watch: Any) -> Exception:
        self._is_silent = False
        feed = None
        try:
            metadata = self._policy.metadata()  # a function may take its time to give the key
            request = pb.WatchRevocationsRequest(cursor=self._core.begin_feed())
            feed = watch(request, metadata=metadata)
            with self._lock:
                self._feed = feed
                if self._closed.is_set():
                    feed.cancel()
            for event in feed:
                if self._core.apply(event):
                    self._policy.checkpointed()
        except Exception as error:
            return SilentFeedError() if self._is_silent else error
        finally:
            if feed is not None:
                feed.cancel()
        return FeedEndedError()

    def _tick(self) -> None:
        """Warns of a feed that grows old, and ends a silent one."""
        while not self._closed.wait(TICK):
            self._core.warn()
            feed = self._feed
            if feed is not None and self._core.is_silent():
                self._is_silent, self._feed = True, None
                feed.cancel()


def is_askable(permission: object) -> bool:
    """Whether a permission is one that the server looks for, and not one that it refuses."""
    if not isinstance(permission, str) or len(permission) > _MAX_PERMISSION:
        return False
    return is_well_formed(permission)
