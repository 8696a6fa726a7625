"""Tokens that the server is asked about: which go together, and what each is answered with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Optional, Union

import grpc

from securetoken.v1 import token_service_pb2 as pb

from .. import requests
from ..call_errors import CallError
from ..error_details import from_status
from ..results import required
from .answers import Answer, AnyClaims, Asked
from .core import WatchCore

LATE = 0.1
"""A call that ends at its deadline says more than that it is late: so long it is waited for after
it, in seconds."""
MAX_TOKENS = 1000
"""The most tokens of a call."""
MAX_WAIT = 0.005
"""How long a token waits at most for a call that is under way, in seconds: a slow call holds up
nobody but those who wait for it."""
_LITTLE = 0.5
"""A call that fails with less time left may have failed for want of it, in seconds: no pause before
a further try is longer."""
_REFUSALS = (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNIMPLEMENTED)
_UNANSWERED = (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE)
_MAX_BYTES = 1_000_000  # a request of BatchValidateTokens has at most 1 MiB


class Question:
    """A token that the server is asked about; the answer or the error, once it is there."""

    __slots__ = ("answer", "error", "is_waiting", "token", "waiters")

    def __init__(self, token: str) -> None:
        self.token = token
        self.is_waiting = True
        """Whether no call about it is under way."""
        self.waiters = 0
        """How many threads wait for it."""
        self.answer: Optional[Answer] = None
        self.error: Optional[BaseException] = None

    @property
    def is_settled(self) -> bool:
        """Whether there is an answer or an error."""
        return self.answer is not None or self.error is not None


class Call:
    """One call for several questions."""

    def __init__(
        self, questions: list[Question], method: str, request: Any, present: Callable[[], Asked]
    ) -> None:
        self.questions, self.method, self.request = questions, method, request
        self._present = present
        self._asked = present()

    def begin(self) -> None:
        """A try of it begins: the answer is no older than the last one."""
        self._asked = self._present()

    def settle(self, core: WatchCore, message: Any) -> None:
        """Gives each question its answer; keeps those that are claims."""
        results = _results_of(self.method, message, len(self.questions))
        for question, result in zip(self.questions, results):
            if isinstance(result, Exception):
                question.error = result
                continue
            try:
                question.answer = core.keep(question.token, result, self._asked)
            except Exception as error:
                question.error = error

    def may_not_batch(self, error: Optional[BaseException]) -> bool:
        """Whether the server refuses several tokens to a caller who may ask about single ones."""
        return len(self.questions) > 1 and _code(error) in _REFUSALS

    def is_out_of_time(self, error: BaseException, left: float) -> bool:
        """Whether a call that had `left` seconds more might have been answered with more."""
        return _code(error) in _UNANSWERED and left < _LITTLE

    def give_back(self, waiting: deque[Question]) -> None:
        """Puts what has no answer before all that wait: it is to be asked again."""
        again = [it for it in self.questions if not it.is_settled]
        for question in again:
            question.is_waiting = True
        waiting.extendleft(reversed(again))
        self.questions = [it for it in self.questions if it.is_settled]

    def fail(self, error: BaseException) -> None:
        """Ends with an error what has no answer."""
        for question in self.questions:
            if not question.is_settled:
                question.error = error


def next_call(waiting: deque[Question], core: WatchCore, most: int = MAX_TOKENS) -> Call:
    """Takes from what waits as many questions as go into one call, and at most so many."""
    questions: list[Question] = []
    tokens: list[str] = []
    size = 0
    while waiting and len(tokens) < most:
        token = requests.any_token(waiting[0].token)
        size += len(token.encode()) + 4
        if tokens and size > _MAX_BYTES:
            break
        tokens.append(token)
        waiting[0].is_waiting = False
        questions.append(waiting.popleft())
    if len(tokens) == 1:
        single = pb.ValidateTokenRequest(token=tokens[0])
        return Call(questions, "ValidateToken", single, core.asked)
    request = pb.BatchValidateTokensRequest(tokens=tokens)
    return Call(questions, "BatchValidateTokens", request, core.asked)


def interrupted() -> CallError:
    """The end of a call whose own caller was interrupted, for whoever else waited for it."""
    return CallError(grpc.StatusCode.UNAVAILABLE, "the call for this token was interrupted")


def _code(error: Optional[BaseException]) -> Optional[grpc.StatusCode]:
    """What a call has failed with; None for errors of other kinds."""
    code = getattr(error, "code", None)
    return code() if isinstance(error, grpc.RpcError) and callable(code) else None


def _results_of(method: str, message: Any, count: int) -> list[Union[AnyClaims, Exception]]:
    if method == "ValidateToken":
        required(message.valid, "valid")
        return [message]
    required(len(message.results) == count, "a result for each token")
    return [_result_of(result) for result in message.results]


def _result_of(result: pb.BatchValidateTokensResult) -> Union[AnyClaims, Exception]:
    if result.WhichOneof("result") == "claims":
        return result.claims
    return from_status(result.error) or CallError.of(result.error)
