"""The channel of a client, and its replacement when a server goes silent."""

from __future__ import annotations

import threading
import time
from typing import Any, Optional

import grpc
import grpc.aio

from securetoken.v1.token_service_pb2_grpc import TokenServiceStub

from .channel import Endpoint

_REPLACED_EVERY = 2.0
"""A channel that replaced another is not replaced earlier, in seconds."""


class Link:
    """A channel, its stub, and how many calls use it."""

    def __init__(self, channel: Any, *, is_first: bool) -> None:
        self.channel = channel
        self.stub: Any = TokenServiceStub(channel)
        self.calls = 0
        self.is_retired = False
        self._replaceable_at = 0.0 if is_first else time.monotonic() + _REPLACED_EVERY

    def is_replaceable(self) -> bool:
        """Whether it may give way to another: the client's first channel at once."""
        return time.monotonic() >= self._replaceable_at


class Connection:
    """The current channel of a synchronous client.

    A server that accepts connections and answers nothing would be asked again and again: after a
    deadline without an answer the next call gets a new channel, which takes the first address that
    does answer. Calls under way end on the channel that they began on.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.is_plaintext = endpoint.credentials is None
        self._lock = threading.Lock()
        self._link: Optional[Link] = None
        self._is_first = True
        self._is_closed = False

    def current(self) -> Link:
        """The link that the next call uses; made with the first call."""
        with self._lock:
            return self._current()

    def begin(self) -> Link:
        """The same, counted until `end`."""
        with self._lock:
            link = self._current()
            link.calls += 1
            return link

    def end(self, link: Link, *, lost: bool = False) -> None:
        """Ends a call; `lost` says that no answer came within its deadline."""
        with self._lock:
            link.calls -= 1
            if lost and link is self._link and link.is_replaceable():
                self._link, link.is_retired = None, True
            is_unused = link.is_retired and link.calls == 0
        if is_unused:
            link.channel.close()

    def close(self) -> None:
        """Ends the channel, and calls under way with it."""
        with self._lock:
            self._is_closed = True
            link, self._link = self._link, None
        if link is not None:
            link.channel.close()

    def _current(self) -> Link:
        if self._is_closed:
            raise ValueError("the client is closed")
        if self._link is None:
            target, credentials, options = self._endpoint
            channel = (
                grpc.insecure_channel(target, options=options)
                if credentials is None
                else grpc.secure_channel(target, credentials, options=options)
            )
            self._link = Link(channel, is_first=self._is_first)
            self._is_first = False
        return self._link


class AsyncConnection:
    """The same for one event loop."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._link: Optional[Link] = None
        self._is_first = True

    def current(self) -> Link:
        """The link that the next call uses; made with the first call, in the running loop."""
        if self._link is None:
            target, credentials, options = self._endpoint
            channel = (
                grpc.aio.insecure_channel(target, options=options)
                if credentials is None
                else grpc.aio.secure_channel(target, credentials, options=options)
            )
            self._link = Link(channel, is_first=self._is_first)
            self._is_first = False
        return self._link

    def begin(self) -> Link:
        """The same, counted until `end`."""
        link = self.current()
        link.calls += 1
        return link

    async def end(self, link: Link, *, lost: bool = False) -> None:
        """Ends a call; `lost` says that no answer came within its deadline."""
        link.calls -= 1
        if lost and link is self._link and link.is_replaceable():
            self._link, link.is_retired = None, True
        if link.is_retired and link.calls == 0:
            await link.channel.close()

    async def close(self) -> None:
        """Ends the channel, and calls under way with it."""
        link, self._link = self._link, None
        if link is not None:
            await link.channel.close()
