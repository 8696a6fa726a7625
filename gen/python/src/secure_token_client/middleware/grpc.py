"""gRPC servers: interceptors for ``grpc.server`` and ``grpc.aio.server``, for every kind of RPC."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, NoReturn, Optional, Union

import grpc
import grpc.aio
from google.protobuf.descriptor import ServiceDescriptor

from ..aio import AsyncSecureTokenClient
from ..client import SecureTokenClient
from .bearer import bearer
from .current import set_current
from .grpc_rules import GrpcRules, ParsedRules
from .guard import AsyncGuard, AsyncWatch, Faults, Guard, OnFault, Watch
from .refusals import Refusal
from .requirements import Requirement

_Handler = Any  # grpc.RpcMethodHandler, whose attributes gRPC does not declare
_Presented = Union[str, Refusal]
OnRefusal = Callable[[Refusal], "tuple[grpc.StatusCode, str]"]
"""Gives the status of a refused call."""


class _Base:
    """What both interceptors share: rules, and the status of a refusal."""

    def __init__(
        self, rules: GrpcRules, on_refusal: Optional[OnRefusal], on_fault: Optional[OnFault]
    ) -> None:
        self._rules, self._on_refusal = ParsedRules(rules), on_refusal
        self._faults = Faults(on_fault)

    def check(self, *services: ServiceDescriptor) -> None:
        """Raises ValueError for a rule that names none of the services, or no method of theirs.

        ``interceptor.check(notes_pb2.DESCRIPTOR.services_by_name["Notes"])``: gRPC for Python does
        not tell what a server serves.
        """
        self._rules.check(services)

    def _required(self, method: str) -> Optional[Requirement]:
        return self._faults.required(lambda: self._rules.of(method), method)

    def _status(self, refusal: Refusal) -> tuple[grpc.StatusCode, str]:
        if self._on_refusal is not None:
            try:
                code, details = self._on_refusal(refusal)
                if isinstance(code, grpc.StatusCode) and code is not grpc.StatusCode.OK:
                    return code, str(details)
                raise TypeError("on_refusal gives no status of a refusal")
            except Exception as error:
                self._faults.tell(error)
        return refusal.code, refusal.message


class TokenInterceptor(_Base, grpc.ServerInterceptor):
    """Serves a call only when it presents what the rules require."""

    def __init__(
        self,
        client: SecureTokenClient,
        rules: GrpcRules,
        *,
        on_refusal: Optional[OnRefusal] = None,
        on_fault: Optional[OnFault] = None,
        watch: Watch = False,
        audience: Optional[str] = None,
    ) -> None:
        """Asks with `client`, whatever the caller's deadline is, as long as its timeout allows.

        ``on_refusal`` gives the status of a refused call; if it raises, the fixed one is sent.
        ``on_fault`` is told why a token could not be checked; without it that is logged.
        ``watch=True``, or a WatchedVerifier, checks tokens in memory and against every revocation,
        instead of asking for each call. ``audience`` names this service: tokens that do not name it
        among their audiences are refused as not valid; without it any token passes. Raises
        ValueError for rules that cannot work and an empty audience.
        """
        super().__init__(rules, on_refusal, on_fault)
        self._guard = Guard(client, self._faults, watch, audience)

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        """Puts the check before the handler, in the thread in which the handler runs."""
        handler = continuation(details)
        if handler is None:
            return None
        required, presented = self._required(details.method), _presented(details)

        def single(behavior: Callable[..., Any]) -> Callable[..., Any]:
            def checked(request: Any, context: grpc.ServicerContext) -> Any:
                self._check(required, presented, context)
                return behavior(request, context)

            return checked

        def stream(behavior: Callable[..., Any]) -> Callable[..., Any]:
            def checked(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
                self._check(required, presented, context)
                yield from behavior(request, context)

            return checked

        return _wrapped(handler, single, stream)

    def _check(
        self,
        required: Optional[Requirement],
        presented: _Presented,
        context: grpc.ServicerContext,
    ) -> None:
        set_current()  # threads are reused
        verdict = self._guard.check(required, presented)
        if isinstance(verdict, Refusal):
            self._abort(verdict, context)
        set_current(verdict)

    def _abort(self, refusal: Refusal, context: grpc.ServicerContext) -> NoReturn:
        context.set_trailing_metadata(refusal.trailing_metadata())
        context.abort(*self._status(refusal))
        raise AssertionError("abort always raises")


class AsyncTokenInterceptor(_Base, grpc.aio.ServerInterceptor):
    """The same for ``grpc.aio.server``, whose handlers are async."""

    def __init__(
        self,
        client: Union[AsyncSecureTokenClient, Callable[[], AsyncSecureTokenClient]],
        rules: GrpcRules,
        *,
        on_refusal: Optional[OnRefusal] = None,
        on_fault: Optional[OnFault] = None,
        watch: AsyncWatch = False,
        audience: Optional[str] = None,
    ) -> None:
        """As TokenInterceptor."""
        super().__init__(rules, on_refusal, on_fault)
        self._guard = AsyncGuard(client, self._faults, watch, audience)

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], details: Any
    ) -> Any:
        """Puts the check before the handler, in the task in which the handler runs."""
        handler = await continuation(details)
        if handler is None:
            return None
        required, presented = self._required(details.method), _presented(details)

        def single(behavior: Callable[..., Any]) -> Callable[..., Any]:
            async def checked(request: Any, context: Any) -> Any:
                await self._check(required, presented, context)
                return await behavior(request, context)

            return checked

        def stream(behavior: Callable[..., Any]) -> Callable[..., Any]:
            async def checked(request: Any, context: Any) -> AsyncIterator[Any]:
                await self._check(required, presented, context)
                responses = behavior(request, context)
                if inspect.isawaitable(responses):  # a handler that calls context.write itself
                    await responses
                    return
                async for response in responses:
                    yield response

            return checked

        return _wrapped(handler, single, stream)

    async def _check(
        self, required: Optional[Requirement], presented: _Presented, context: Any
    ) -> None:
        set_current()
        verdict = await self._guard.check(required, presented)
        if isinstance(verdict, Refusal):
            code, message = self._status(verdict)
            await context.abort(code, message, verdict.trailing_metadata())
        else:
            set_current(verdict)


def _presented(details: Any) -> _Presented:
    values = [
        value if isinstance(value, str) else value.decode("latin-1")
        for key, value in details.invocation_metadata
        if key == "authorization"
    ]
    return bearer(values)


def _wrapped(
    handler: _Handler,
    single: Callable[[Callable[..., Any]], Callable[..., Any]],
    stream: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> Any:
    """The handler with a check before its behavior, by whether it answers once or in a stream."""
    kind = ("stream" if handler.request_streaming else "unary") + (
        "_stream" if handler.response_streaming else "_unary"
    )
    wrap = stream if handler.response_streaming else single
    make = getattr(grpc, f"{kind}_rpc_method_handler")
    return make(
        wrap(getattr(handler, kind)),
        request_deserializer=handler.request_deserializer,
        response_serializer=handler.response_serializer,
    )
