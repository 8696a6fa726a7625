"""Questions of threads: one call at a time, for all that have come meanwhile.

Where the server refuses several tokens to this caller, each thread asks about one.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Optional

import grpc

from ..call_errors import CallError
from .answers import Answer, digest_of
from .core import WatchCore
from .questions import LATE, MAX_TOKENS, Call, Question, interrupted, next_call


class Misses:
    """Whoever finds no call under way makes one, for its own token and all that wait."""

    def __init__(self, core: WatchCore, call: Callable[[Call, float], Any]) -> None:
        """`call` makes a call within a timeout in seconds."""
        self._core, self._call = core, call
        self._changed = threading.Condition()
        self._open: dict[bytes, Question] = {}
        self._waiting: deque[Question] = deque()
        self._calls = 0
        self._most = MAX_TOKENS  # of a call

    def ask(self, token: str, timeout: float) -> Answer:
        """The server's answer about a token. Raises what the call for it alone would raise."""
        deadline = time.monotonic() + timeout
        with self._changed:
            question = self._join(token)
            while not question.is_settled:
                left = deadline - time.monotonic()
                if left <= (-LATE if self._calls else 0):
                    raise CallError(grpc.StatusCode.DEADLINE_EXCEEDED, "the server does not answer")
                if self._waiting and (self._calls == 0 or self._most == 1):
                    self._lead(left)
                else:
                    self._changed.wait(left + LATE)
        if question.error is not None:
            raise question.error
        assert question.answer is not None
        return question.answer

    def _join(self, token: str) -> Question:
        key = digest_of(token)
        question = self._open.get(key)
        if question is None:
            question = self._open[key] = Question(token)
            self._waiting.append(question)
        return question

    def _lead(self, timeout: float) -> None:
        """Makes a call; the lock is free meanwhile."""
        self._calls += 1
        call = next_call(self._waiting, self._core, self._most)
        error: Optional[Exception] = None
        self._changed.release()
        try:
            call.settle(self._core, self._call(call, timeout))
        except Exception as caught:
            error = caught
        finally:
            self._changed.acquire()
            if call.may_not_batch(error):
                self._most = 1
                call.give_back(self._waiting)
            call.fail(error or interrupted())
            self._end(call)

    def _end(self, call: Call) -> None:
        self._calls -= 1
        for question in call.questions:
            del self._open[digest_of(question.token)]
        self._changed.notify_all()
