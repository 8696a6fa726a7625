"""What a verifier decides, for threads and for asyncio alike: no call is made here."""

from __future__ import annotations

import threading
import time
from typing import Optional

import grpc

from securetoken.v1 import token_service_pb2 as pb

from ..audience import mismatch
from ..call_errors import ServiceUnavailableError
from ..exceptions import InvalidTokenError, PermissionDeniedError, TokenExpiredError
from ..results import ValidToken
from .answers import Answer, Answers, AnyClaims, Asked, digest_of
from .clocks import Clocks
from .feed_state import FeedState
from .live_set import MalformedFeedError, TooManyRevocationsError
from .options import LOG, Limits, Telling, WatchState

_LEAST_STALE = 1.5
"""What is known is not called old before, in seconds: there is a checkpoint each second."""
SILENCE = 3.0
"""A feed on which nothing comes for so long is opened anew, in seconds."""


class WatchCore:
    """Kept answers, checked against the feed at every look."""

    def __init__(
        self, limits: Limits, clocks: Clocks, telling: Telling, audience: Optional[str] = None
    ) -> None:
        self._limits, self._clocks, self.telling = limits, clocks, telling
        self._audience = audience
        self._lock = threading.Lock()
        self._answers = Answers(limits.max_entries, limits.max_bytes)
        self._feed = FeedState()
        self._heard_at = time.monotonic()
        self._is_warned = False
        self.is_permitted = True
        """False once the server has refused the feed."""

    def asked(self) -> Asked:
        """The instant of a question, for `keep`."""
        return Asked(self._clocks.monotonic(), self._clocks.wall())

    def look(self, token: object, permission: Optional[str]) -> Optional[ValidToken]:
        """The claims of a token that can be vouched for now; None where the server must be asked.

        Raises InvalidTokenError for one that is known to be revoked or meant for others,
        PermissionDeniedError for one that lacks the permission.
        """
        if not isinstance(token, str):
            return None
        key, now = digest_of(token), self.asked()
        with self._lock:
            answer = self._find(key, now)
        if answer is None:
            return None
        live = self._feed.live
        if live.hits(answer.facts):
            raise revoked()
        if answer.facts.expires_at <= live.forgotten_until:
            return None
        if self.telling.observer is not None:
            self.telling.tell(lambda observer: observer.hit())
        self._require(answer, permission)
        return answer.claims(answer.age(now))

    def kept(self, token: str) -> Optional[Answer]:
        """An answer that has come since `look` found none, where it can be vouched for."""
        now = self.asked()
        with self._lock:
            answer = self._find(digest_of(token), now)
        return answer if answer is not None and self._vouches_for(answer, now) else None

    def keep(self, token: str, message: AnyClaims, asked: Asked) -> Answer:
        """Keeps an answer of the server. Raises InvalidTokenError where it is revoked since.

        A revoked one is kept too: the next use of the token is refused without a call.
        """
        answer = Answer(message, asked)
        with self._lock:
            self._answers.put(digest_of(token), answer)
        if self._feed.live.hits(answer.facts):
            raise revoked()
        return answer

    def give(self, answer: Answer, permission: Optional[str]) -> ValidToken:
        """The claims of an answer that has just come.

        Raises what `look` raises; TokenExpiredError for a token that has ended on the way, and
        ServiceUnavailableError for one that may have been revoked since: an answer is as old as
        its call's last try, and may have been on its way for long.
        """
        if self._feed.live.hits(answer.facts):
            raise revoked()
        now = self.asked()
        age = answer.age(now)
        if age >= answer.lifetime:
            raise expired(answer)
        if age > self._limits.max_staleness and not self._vouches_for(answer, now):
            message = "the answer about the token came too late to be vouched for"
            raise ServiceUnavailableError(grpc.StatusCode.UNAVAILABLE, message)
        self._require(answer, permission)
        return answer.claims()

    def begin_feed(self) -> str:
        """Begins a feed that is asked for at once, and gives the cursor to ask for."""
        self._heard_at = time.monotonic()
        return self._feed.begin(self._clocks.monotonic(), self._clocks.wall())

    def feed_age(self) -> float:
        """The seconds since the present feed was asked for."""
        return self._clocks.monotonic() - self._feed.asked_at

    def is_late(self) -> bool:
        """Whether the last checkpoint was on its way for more than half the bound."""
        return self._feed.delay > self._limits.max_staleness / 2

    def is_behind(self) -> bool:
        """Whether the server itself knows too little to be vouched by."""
        return self._feed.server_staleness > self._limits.max_staleness

    def apply(self, event: pb.WatchRevocationsResponse) -> bool:
        """Takes an event of the feed; True for a checkpoint of a complete snapshot.

        Raises MalformedFeedError or TooManyRevocationsError: the feed must be ended.
        """
        self._heard_at = time.monotonic()
        try:
            is_checkpoint = self._feed.apply(event, self._clocks.monotonic(), self._clocks.wall())
        except (MalformedFeedError, TooManyRevocationsError):
            self._feed.distrust()
            raise
        if is_checkpoint:
            self.is_permitted = True
        return is_checkpoint

    def is_silent(self) -> bool:
        """Whether nothing has come on the feed for too long.

        By a clock of its own: this is no matter of trust, and sleep is no silence.
        """
        return time.monotonic() - self._heard_at >= SILENCE

    def refuse_feed(self, cause: Exception) -> None:
        """The server does not give this caller the feed, or too much of it: told once."""
        self._feed.distrust()
        was_permitted, self.is_permitted = self.is_permitted, False
        if was_permitted:
            LOG.warning("revocations cannot be watched, each token is asked for: %s", cause)
            self.telling.tell(lambda observer: observer.not_watched(cause))

    def warn(self) -> None:
        """Warns once when what is known is half the bound old, until it is a quarter of it."""
        staleness = self._feed.staleness(self._clocks.monotonic())
        bound = max(self._limits.max_staleness / 2, _LEAST_STALE)
        is_old = staleness is not None and staleness >= (bound / 2 if self._is_warned else bound)
        if is_old and not self._is_warned:
            assert staleness is not None
            LOG.warning("what is known of revocations is %.1f seconds old", staleness)
            self.telling.tell(lambda observer: observer.stale(staleness))
        self._is_warned = is_old

    def state(self) -> WatchState:
        """What is known at present."""
        staleness = self._feed.staleness(self._clocks.monotonic())
        with self._lock:
            entries, size = len(self._answers), self._answers.size
        live = len(self._feed.live)
        return WatchState(self._feed.is_ready, staleness, live, entries, size, self.is_permitted)

    def _find(self, key: bytes, now: Asked) -> Optional[Answer]:
        answer = self._answers.get(key)
        if answer is None:
            return None
        if answer.age(now) >= answer.lifetime:
            self._answers.drop(key)
            return None
        return answer if self._is_fresh_for(answer, now) else None

    def _is_fresh_for(self, answer: Answer, now: Asked) -> bool:
        """Whether enough is known to hold the answer against, but for what was dropped."""
        staleness = self._feed.staleness(now.at)
        if staleness is None or staleness > self._limits.max_staleness:
            return False
        return answer.key_id in self._feed.key_ids

    def _vouches_for(self, answer: Answer, now: Asked) -> bool:
        forgotten_until = self._feed.live.forgotten_until
        return self._is_fresh_for(answer, now) and answer.facts.expires_at > forgotten_until

    def _require(self, answer: Answer, permission: Optional[str]) -> None:
        if self._audience is not None and not answer.is_for(self._audience):
            raise mismatch(self._audience)
        if permission is None or answer.holds(permission):
            return
        error = PermissionDeniedError(
            f"Permission '{permission}' not granted",
            reason="PERMISSION_NOT_GRANTED",
            field="required_permission",
            metadata={"required_permission": permission},
            code=grpc.StatusCode.PERMISSION_DENIED,
        )
        error.required_permission = permission
        raise error


def expired(answer: Answer) -> TokenExpiredError:
    """What the server says of a token that has ended."""
    error = TokenExpiredError(
        "Token has expired",
        reason="TOKEN_EXPIRED",
        field="token",
        code=grpc.StatusCode.UNAUTHENTICATED,
    )
    error.expired_at = answer.expires_at
    return error


def revoked() -> InvalidTokenError:
    """What the server says of a token that is revoked."""
    return InvalidTokenError(
        "Token has been revoked",
        reason="TOKEN_REVOKED",
        field="token",
        code=grpc.StatusCode.UNAUTHENTICATED,
    )
