"""Questions of tasks: one call at a time, for all that have come meanwhile."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Optional

import grpc

from ..call_errors import CallError
from .answers import Answer, digest_of
from .core import WatchCore
from .questions import LATE, Call, Question, interrupted, next_call


class AsyncMisses:
    """For one event loop. Calls are made by a task of its own: a request that is cancelled ends no
    other's.
    """

    def __init__(self, core: WatchCore, call: Callable[[str, object], Awaitable[Any]]) -> None:
        """`call` takes a method and a request."""
        self._core, self._call = core, call
        self._open: dict[bytes, tuple[Question, asyncio.Future[None]]] = {}
        self._waiting: deque[Question] = deque()
        self._task: Optional[asyncio.Task[None]] = None

    async def ask(self, token: str, timeout: float) -> Answer:
        """The server's answer about a token. Raises what the call for it alone would raise."""
        key = digest_of(token)
        if key not in self._open:
            question = Question(token)
            self._open[key] = question, asyncio.get_running_loop().create_future()
            self._waiting.append(question)
            if self._task is None:
                self._task = asyncio.ensure_future(self._run())
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
        """Ends the call under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            while self._waiting:
                call = next_call(self._waiting, self._core)
                try:
                    call.settle(self._core, await self._call(call.method, call.request))
                except Exception as error:
                    call.fail(error)
                finally:
                    call.fail(interrupted())
                    self._end(call)
        finally:
            self._task = None
            while self._waiting:  # the task was cancelled
                call = next_call(self._waiting, self._core)
                call.fail(interrupted())
                self._end(call)

    def _end(self, call: Call) -> None:
        for question in call.questions:
            _, settled = self._open.pop(digest_of(question.token))
            if not settled.done():
                settled.set_result(None)
