"""Whether and when a call is tried again: the same for both clients, which wait differently."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Optional

import grpc

from .api_key import KeySource
from .call_errors import (
    CallError,
    ServiceUnavailableError,
    caller_info,
    is_beyond_rate,
    retry_delay,
    status_of,
    to_call_error,
)
from .connection_fault import fault_in, is_silence, may_speak_tls, was_never_sent
from .error_details import from_rpc_error

_FIRST_PAUSE, _MAX_PAUSE = 0.05, 0.5
_REFRESH = "RefreshToken"
_waits_for_rate: ContextVar[bool] = ContextVar("secure_token_waits_for_rate", default=True)
_on_try: ContextVar[Optional[Callable[[], None]]] = ContextVar("secure_token_on_try", default=None)


@contextmanager
def refusing_at_once(on_try: Optional[Callable[[], None]] = None) -> Iterator[None]:
    """Calls within wait for no rate: a guard's would hold a thread of its service meanwhile.

    `on_try` is called as each try begins: an answer is no older than its call's last try. By the
    context and not by an argument, since a guard calls what its users may have overridden.
    """
    waits, tells = _waits_for_rate.set(False), _on_try.set(on_try)
    try:
        yield
    finally:
        _waits_for_rate.reset(waits)
        _on_try.reset(tells)


class Attempts:
    """One call until its deadline.

    A call that does not reach the server, or finds it UNAVAILABLE, is tried again until the
    deadline, so that a restart of the server costs time alone. RefreshToken is tried again only
    where the server cannot have served it: when only the answer was lost, the old token may be
    revoked. A token that GenerateToken issues twice is held once.
    """

    def __init__(
        self,
        method: str,
        timeout: float,
        key: Optional[KeySource],
        *,
        is_plaintext: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begins a call that may take `timeout` seconds."""
        self._may_ask = is_plaintext
        self._waits_for_rate, self._on_try = _waits_for_rate.get(), _on_try.get()
        self._method, self._source, self._clock = method, key, clock
        self._deadline = clock() + timeout
        self._count = 0
        self._key = self._ask(renewed=False)
        self._renewed = False
        self._last: Optional[grpc.RpcError] = None

    def remaining(self) -> float:
        """How long the next attempt may take, in seconds."""
        return max(0.001, self._deadline - self._clock())

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """The metadata of the next attempt, which begins."""
        if self._count:
            self._key = self._ask(renewed=False)
        self._count += 1
        if self._on_try is not None:
            self._on_try()
        return () if self._key is None else (("authorization", f"Bearer {self._key}"),)

    def is_lost(self, error: grpc.RpcError) -> bool:
        """Whether the server, or the way to it, said nothing for as long as the call had."""
        code = error.code() if hasattr(error, "code") else None
        return code is grpc.StatusCode.DEADLINE_EXCEEDED and self._deadline <= self._clock() + 0.01

    def asks_for_tls(self, error: grpc.RpcError) -> Optional[str]:
        """Once in a call: the details of an error that may come of plaintext to a TLS server."""
        details = str(error.details() if hasattr(error, "details") else "")
        if not self._may_ask or not may_speak_tls(details):
            return None
        self._may_ask = False
        return details

    def judge(self, error: grpc.RpcError, *, speaks_tls: bool = False) -> float:
        """How long to wait before the next attempt. Raises what the call ends with otherwise.

        `speaks_tls` says that the server does, and this client does not.
        """
        if speaks_tls:
            unavailable = ServiceUnavailableError(error.code(), error.details() or "")
            unavailable.fault = "PLAINTEXT_TO_TLS"
            raise unavailable from error
        told = from_rpc_error(error)
        if told is not None:
            raise told from error
        code = error.code() if hasattr(error, "code") else None
        if code is grpc.StatusCode.UNAVAILABLE:
            return self._unavailable(error)
        if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
            status = status_of(error)
            delay = retry_delay(status)
            if delay is not None and (self._waits_for_rate or not is_beyond_rate(status)):
                return self._within(delay + random.uniform(0, _FIRST_PAUSE), error)
        if code is grpc.StatusCode.UNAUTHENTICATED and caller_info(status_of(error)) is not None:
            if self._may_renew():
                return 0
            self._raise(error, self._source_fault())
        if code is grpc.StatusCode.DEADLINE_EXCEEDED and self._last is not None:
            error = self._last  # says more than that the time is up
        self._raise(error)
        raise AssertionError("unreachable")

    def _unavailable(self, error: grpc.RpcError) -> float:
        details = str(error.details() if hasattr(error, "details") else "")
        if fault_in(details):
            self._raise(error)
        if self._method == _REFRESH and not (
            was_never_sent(details) or "REFUSED_STREAM" in details
        ):
            self._raise(error)
        longest = min(_FIRST_PAUSE * 2 ** min(self._count, 8), _MAX_PAUSE)
        pause = random.uniform(longest / 2, longest)
        if is_silence(details):
            left = self._deadline - self._clock()
            if left <= 0.01:
                code = grpc.StatusCode.DEADLINE_EXCEEDED
                raise CallError(code, f"the server does not answer: {details}") from error
            return min(pause, left)
        self._last = error
        return self._within(max(pause, retry_delay(status_of(error)) or 0), error)

    def _may_renew(self) -> bool:
        """Whether the refused key has been replaced meanwhile."""
        if self._renewed:
            return False
        self._renewed = True
        return self._ask(renewed=True) != self._key

    def _source_fault(self) -> str:
        """What a refusal of the key says of its source."""
        fault = None if self._source is None else self._source.fault
        return f"; {fault}: the key read last was sent" if fault else ""

    def _ask(self, *, renewed: bool) -> Optional[str]:
        if self._source is None:
            return None
        try:
            return self._source(renewed=renewed)
        except Exception as error:
            text = f"this client has no API key: {type(error).__name__}"
            raise CallError(grpc.StatusCode.UNAUTHENTICATED, text) from error

    def _within(self, pause: float, error: grpc.RpcError) -> float:
        """Gives up at once where the deadline comes before the next attempt."""
        if self._clock() + pause >= self._deadline:
            self._raise(error)
        return pause

    def _raise(self, error: grpc.RpcError, note: str = "") -> None:
        named = to_call_error(error, note)
        if named is error:
            raise error
        raise named from error
