"""gRPC servers: interceptors for ``grpc.server`` and ``grpc.aio.server``, for every kind of RPC."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, NoReturn, Optional

import grpc
import grpc.aio

from ..aio import AsyncSecureTokenClient
from ..client import SecureTokenClient
from ..exceptions import TokenError
from . import rules
from .current import set_current_token

_Handler = Any  # grpc.RpcMethodHandler, whose attributes gRPC does not declare
_METHOD = "POST"


class TokenInterceptor(grpc.ServerInterceptor):
    """Serves a call only when its bearer token is valid and holds what `permission` says."""

    def __init__(self, client: SecureTokenClient, permission: rules.Rule = None) -> None:
        self._client, self._rule = client, permission

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        """Puts the check before the handler, in the thread in which the handler runs."""
        handler = continuation(details)
        permission = rules.needed(self._rule, _METHOD, details.method)
        if handler is None or permission is rules.PUBLIC:
            return handler
        token = _token(details)

        def single(behavior: Callable[..., Any]) -> Callable[..., Any]:
            def checked(request: Any, context: grpc.ServicerContext) -> Any:
                self._check(token, permission, context)
                return behavior(request, context)

            return checked

        def stream(behavior: Callable[..., Any]) -> Callable[..., Any]:
            def checked(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
                self._check(token, permission, context)
                yield from behavior(request, context)

            return checked

        return _wrapped(handler, single, stream)

    def _check(
        self, token: Optional[str], permission: object, context: grpc.ServicerContext
    ) -> None:
        set_current_token(None)  # threads are reused
        if token is None:
            _abort(context, rules.NO_TOKEN)
        try:
            valid = self._client.validate_token(token)
            rules.require(valid, permission)
        except TokenError as error:
            _abort(context, rules.refusal_of(error))
        except grpc.RpcError:
            _abort(context, rules.UNREACHABLE)
        set_current_token(valid)


class AsyncTokenInterceptor(grpc.aio.ServerInterceptor):
    """The same for ``grpc.aio.server``, whose handlers are async."""

    def __init__(self, client: AsyncSecureTokenClient, permission: rules.Rule = None) -> None:
        self._client, self._rule = client, permission

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], details: Any
    ) -> Any:
        """Puts the check before the handler, in the task in which the handler runs."""
        handler = await continuation(details)
        permission = rules.needed(self._rule, _METHOD, details.method)
        if handler is None or permission is rules.PUBLIC:
            return handler
        token = _token(details)

        def single(behavior: Callable[..., Any]) -> Callable[..., Any]:
            async def checked(request: Any, context: Any) -> Any:
                await self._check(token, permission, context)
                return await behavior(request, context)

            return checked

        def stream(behavior: Callable[..., Any]) -> Callable[..., Any]:
            async def checked(request: Any, context: Any) -> AsyncIterator[Any]:
                await self._check(token, permission, context)
                responses = behavior(request, context)
                if inspect.isawaitable(responses):  # a handler that calls context.write itself
                    await responses
                    return
                async for response in responses:
                    yield response

            return checked

        return _wrapped(handler, single, stream)

    async def _check(self, token: Optional[str], permission: object, context: Any) -> None:
        refusal = rules.NO_TOKEN
        if token is not None:
            try:
                valid = await self._client.validate_token(token)
                rules.require(valid, permission)
                set_current_token(valid)
                return
            except TokenError as error:
                refusal = rules.refusal_of(error)
            except grpc.RpcError:
                refusal = rules.UNREACHABLE
        await context.abort(refusal.code, refusal.message)


def _token(details: Any) -> Optional[str]:
    found = [value for key, value in details.invocation_metadata if key == "authorization"]
    return rules.bearer(found[0]) if len(found) == 1 else None


def _abort(context: grpc.ServicerContext, refusal: rules.Refusal) -> NoReturn:
    context.abort(refusal.code, refusal.message)
    raise AssertionError("abort always raises")


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
