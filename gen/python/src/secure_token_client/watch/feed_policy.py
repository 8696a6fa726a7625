"""What follows the end of a feed: when it is opened again, and who is told."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Optional

import grpc

from ..api_key import KeySource
from ..call_errors import CallError, to_call_error, trailers_of
from ..error_details import from_rpc_error
from .core import SILENCE, WatchCore
from .live_set import TooManyRevocationsError

REFUSED_PAUSE = 60.0
"""When a feed is asked for again that the server has refused, in seconds."""
_FIRST_PAUSE, _MAX_PAUSE = 0.05, 2.0
_BRIEF = 1.0
"""A feed that ends earlier counts as one that gave nothing: a server that gives and refuses in turn
is not stormed. In seconds."""
_MAX_AGE = 300.0
"""A feed that is older is opened again, in seconds: how late its checkpoints are is told by two
clocks, which drift apart."""
_BEHIND_AGE = 5.0
"""A feed whose server knows too little to be vouched by is opened again sooner, in seconds: the
next may be another server's. Twice as late each time, as all servers may know too little."""
_REFUSALS = (
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.FAILED_PRECONDITION,
)


class SilentFeedError(Exception):
    """Nothing came on a feed that tells something every second."""

    def __init__(self) -> None:
        super().__init__(f"nothing came on the feed of revocations for {SILENCE:g} seconds")


class FeedEndedError(Exception):
    """The server has ended a feed without an error, as when it restarts."""

    def __init__(self) -> None:
        super().__init__("the server has ended the feed of revocations")


class LateFeedError(Exception):
    """What came on a feed had been on its way for more than half of the bound."""

    def __init__(self) -> None:
        super().__init__("the feed of revocations is late")


class OldFeedError(Exception):
    """A feed was followed for so long that its age is not known well enough."""

    def __init__(self) -> None:
        super().__init__("the feed of revocations is opened again in time")


class FeedPolicy:
    """The feeds of one verifier, one after the other."""

    def __init__(
        self,
        core: WatchCore,
        key: Optional[KeySource],
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._core, self._key, self._jitter = core, key, jitter
        self._ends = 0
        self._is_given = False
        self._is_told = False
        self._renews = False
        self._behind_age = _BEHIND_AGE

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """The metadata of the next feed."""
        if self._key is None:
            return ()
        return (("authorization", f"Bearer {self._key(renewed=self._renews)}"),)

    def checkpointed(self) -> None:
        """A checkpoint came. Raises LateFeedError, OldFeedError: the feed must be opened again."""
        self._is_given, self._renews = True, False
        is_old = self._is_old(self._core.feed_age())  # before the observer, which may take long
        if self._core.is_late():
            raise LateFeedError
        if not self._is_told:
            self._is_told = True
            self._core.telling.tell(lambda observer: observer.connected())
        if is_old:
            raise OldFeedError

    def _is_old(self, age: float) -> bool:
        if not self._core.is_behind():
            self._behind_age = _BEHIND_AGE
            return age > _MAX_AGE
        if age <= self._behind_age:
            return False
        self._behind_age = min(2 * self._behind_age, _MAX_AGE)
        return True

    def ended(self, cause: Exception) -> float:
        """A feed has ended: how long to wait before the next one, in seconds."""
        was_given, self._is_given = self._is_given, False
        if isinstance(cause, OldFeedError):
            return 0
        self._is_told = False
        if isinstance(cause, TooManyRevocationsError):
            self._core.refuse_feed(cause)
            return REFUSED_PAUSE
        if isinstance(cause, grpc.RpcError):
            if was_given:
                self._renews = True  # where the key was taken back, the next one may be there
            elif self._may_renew(cause):
                self._renews = True
                return 0
            elif _is_refusal(cause):
                self._core.refuse_feed(from_rpc_error(cause) or _named(cause))
                return REFUSED_PAUSE
            cause = _named(cause)
        self._core.telling.tell(lambda observer: observer.disconnected(cause))
        is_lasting = was_given and not isinstance(cause, LateFeedError)
        if is_lasting and self._core.feed_age() >= _BRIEF:
            self._ends = 0
        self._ends += 1
        if self._ends == 1:
            return 0
        return self._jitter(0, min(_MAX_PAUSE, _FIRST_PAUSE * 2 ** min(self._ends - 2, 8)))

    def _may_renew(self, error: grpc.RpcError) -> bool:
        """Whether the refused key is asked for anew, which is done once."""
        is_refused = error.code() is grpc.StatusCode.UNAUTHENTICATED
        return is_refused and self._key is not None and not self._renews


def _named(error: grpc.RpcError) -> grpc.RpcError:
    """The named error that an RPC error stands for, or one whose text is a single line."""
    named = to_call_error(error)
    if named is not error:
        return named
    return CallError(error.code(), error.details() or "", trailers_of(error))


def _is_refusal(error: grpc.RpcError) -> bool:
    code = error.code()
    if code is grpc.StatusCode.INVALID_ARGUMENT:
        told = from_rpc_error(error)
        return told is not None and told.reason == "REVOCATION_NOT_ENABLED"
    return code is grpc.StatusCode.UNAUTHENTICATED or code in _REFUSALS
