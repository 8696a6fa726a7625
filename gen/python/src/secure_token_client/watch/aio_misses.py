"""Questions of tasks: those that have come during a call go together.

Where the server refuses several tokens to this caller, each is asked about by a call of its own.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Optional

import grpc

from ..call_errors import CallError
from .answers import Answer, digest_of
from .core import WatchCore
from .questions import LATE, MAX_TOKENS, MAX_WAIT, Call, Question, interrupted, next_call


class AsyncMisses:
    """For one event loop. Calls are made by tasks of its own: a request that is cancelled ends no
    other's.
    """

    def __init__(self, core: WatchCore, call: Callable[[Call], Awaitable[Any]]) -> None:
        """`call` makes a call."""
        self._core, self._call = core, call
        self._open: dict[bytes, tuple[Question, asyncio.Future[None]]] = {}
        self._waiting: deque[Question] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: Optional[asyncio.TimerHandle] = None
        self._most = MAX_TOKENS  # of a call

    async def ask(self, token: str, timeout: float) -> Answer:
        """The server's answer about a token. Raises what the call for it alone would raise."""
        key = digest_of(token)
        if key not in self._open:
            question = Question(token)
            self._open[key] = question, asyncio.get_running_loop().create_future()
            self._waiting.append(question)
            if not self._tasks or self._most == 1:
                self._send()
            elif self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(MAX_WAIT, self._send)
        question, settled = self._open[key]
        try:
            await asyncio.wait_for(asyncio.shield(settled), timeout + LATE)
        except asyncio.TimeoutError:
            code = grpc.StatusCode.DEADLINE_EXCEEDED
            raise CallError(code, "the server does not answer") from None
        if question.error is not None:
            raise question.error
        assert question.answer is not None
        return question.answer

    async def close(self) -> None:
        """Ends the calls under way."""
        self._give_up()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _send(self) -> None:
        """Asks about all that wait."""
        self._end_timer()
        while self._waiting:
            call = next_call(self._waiting, self._core, self._most)
            task = asyncio.ensure_future(self._make(call))
            self._tasks.add(task)
            task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            self._give_up()  # the loop is ending
        elif not self._tasks:
            self._send()

    def _give_up(self) -> None:
        self._end_timer()
        while self._waiting:
            call = next_call(self._waiting, self._core)
            call.fail(interrupted())
            self._end(call)

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _make(self, call: Call) -> None:
        try:
            call.settle(self._core, await self._call(call))
        except Exception as error:
            if call.may_not_batch(error):
                self._most = 1
                call.give_back(self._waiting)
                self._send()
            call.fail(error)
        finally:
            call.fail(interrupted())
            self._end(call)

    def _end(self, call: Call) -> None:
        for question in call.questions:
            _, settled = self._open.pop(digest_of(question.token))
            if not settled.done():
                settled.set_result(None)
