"""Questions of threads: those that have come during a call go together.

Where the server refuses several tokens to this caller, each thread asks about one.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import grpc

from ..call_errors import CallError
from .answers import Answer, digest_of
from .core import WatchCore
from .questions import LATE, MAX_TOKENS, MAX_WAIT, Call, Question, interrupted, next_call


class Misses:
    """Whoever finds no call under way makes one, for its own token and all that wait; whoever has
    waited for one long enough makes another.

    The time of whoever makes it ends the call, and nobody else's wait: those who have more time
    make the next one.
    """

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
        with self._changed:
            question = self._join(token)
            try:
                self._await(question, timeout)
            finally:
                self._leave(question)
        if question.error is not None:
            raise question.error
        assert question.answer is not None
        return question.answer

    def _await(self, question: Question, timeout: float) -> None:
        began = time.monotonic()
        deadline, patience = began + timeout, began + MAX_WAIT
        while not question.is_settled:
            now = time.monotonic()
            if now - deadline >= (0 if question.is_waiting else LATE):
                raise CallError(grpc.StatusCode.DEADLINE_EXCEEDED, "the server does not answer")
            if not question.is_waiting:
                self._changed.wait(deadline - now + LATE)
            elif self._calls == 0 or self._most == 1 or now >= patience:
                self._lead(deadline)
            else:
                self._changed.wait(patience - now)

    def _join(self, token: str) -> Question:
        key = digest_of(token)
        question = self._open.get(key)
        if question is None:
            question = Question(token)
            question.answer = self._core.kept(token)
            question.is_waiting = question.answer is None
            if question.is_waiting:
                self._open[key] = question
                self._waiting.append(question)
        question.waiters += 1
        return question

    def _leave(self, question: Question) -> None:
        """Nobody is asked for the sake of one who has gone."""
        question.waiters -= 1
        if question.waiters == 0 and question.is_waiting:
            self._waiting.remove(question)
            del self._open[digest_of(question.token)]

    def _lead(self, deadline: float) -> None:
        """Makes a call; the lock is free meanwhile. Raises what ends it for its maker alone."""
        self._calls += 1
        call = next_call(self._waiting, self._core, self._most)
        is_own = True
        error: Exception = interrupted()
        self._changed.release()
        try:
            call.settle(self._core, self._call(call, max(0.001, deadline - time.monotonic())))
            is_own = False
        except Exception as caught:
            error = caught
            is_own = call.is_out_of_time(caught, deadline - time.monotonic())
        finally:
            self._changed.acquire()
            if call.may_not_batch(error):
                self._most = 1
                call.give_back(self._waiting)
            if is_own:  # out of time, or interrupted
                call.give_back(self._waiting)
            call.fail(error)
            self._end(call)
        if is_own:
            raise error

    def _end(self, call: Call) -> None:
        self._calls -= 1
        for question in call.questions:
            del self._open[digest_of(question.token)]
        self._changed.notify_all()
