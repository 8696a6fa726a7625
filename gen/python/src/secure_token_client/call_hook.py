"""Tells a program of its client's calls, for metrics."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Optional, Union

import grpc

from .exceptions import TokenError

_LOG = logging.getLogger("secure_token_client")


class EndedCall(NamedTuple):
    """A call that has ended, with all its further tries. It holds no token."""

    method: str
    """The RPC: ``ValidateToken``."""
    code: str
    """gRPC's name of how it ended: ``OK``, ``UNAUTHENTICATED``, ``UNAVAILABLE`` …"""
    seconds: float
    """How long it took."""


OnCall = Callable[[EndedCall], None]
"""Is told of each call once it has ended.

It must not block; what it raises is logged and changes nothing.
"""

_Failure = Union[grpc.RpcError, TokenError, asyncio.CancelledError]


class CallHook:
    """The hook of a client, where it has one."""

    def __init__(self, on_call: Optional[OnCall]) -> None:
        if on_call is not None and not callable(on_call):
            raise ValueError("on_call must be a function")
        self._on_call = on_call

    @contextmanager
    def told(self, method: str) -> Iterator[None]:
        """A call, from its begin to its end."""
        began = time.monotonic()
        try:
            yield
        except (grpc.RpcError, TokenError, asyncio.CancelledError) as error:
            self._tell(method, _code_of(error), began)
            raise
        self._tell(method, "OK", began)

    def _tell(self, method: str, code: str, began: float) -> None:
        if self._on_call is None:
            return
        try:
            self._on_call(EndedCall(method, code, time.monotonic() - began))
        except Exception:
            _LOG.exception("on_call raised")


def _code_of(error: _Failure) -> str:
    if isinstance(error, asyncio.CancelledError):
        return "CANCELLED"
    code = error.code if isinstance(error, TokenError) else error.code()
    return "UNKNOWN" if code is None else str(code.name)
