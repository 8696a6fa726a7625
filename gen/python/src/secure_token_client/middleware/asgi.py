"""ASGI 3: Starlette, FastAPI, Quart, Litestar and whatever else speaks it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Optional, Union

from ..aio import AsyncSecureTokenClient
from .bearer import bearer, extracted
from .current import set_current
from .guard import AsyncGuard, AsyncWatch, Faults, OnFault, Pass
from .http_rules import HttpRules, ParsedRules
from .refusals import Refusal

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
OnRefusal = Callable[[Refusal, Scope, Receive, Send], Awaitable[None]]

SCOPE_KEY = "secure_token"
"""Where the application finds the claims in the scope."""
_POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1
_DENIAL = "websocket.http.response"  # ASGI's extension for the answer to a refused WebSocket


class TokenMiddleware:
    """Serves a request only when it presents what the rules require.

    A WebSocket is asked for as GET and refused before it is accepted, which its client sees as
    403, or as the whole refusal where the server can send it.
    """

    def __init__(
        self,
        app: App,
        client: Union[AsyncSecureTokenClient, Callable[[], AsyncSecureTokenClient]],
        rules: HttpRules,
        *,
        extract_token: Optional[Callable[[Scope], Optional[str]]] = None,
        on_refusal: Optional[OnRefusal] = None,
        on_fault: Optional[OnFault] = None,
        watch: AsyncWatch = False,
        audience: Optional[str] = None,
    ) -> None:
        """Stands before `app`. `client` is a client, or a function that gives it.

        The rules see the path that the application routes by: without ``root_path``, and below a
        mount without its prefix. ``extract_token`` finds the token elsewhere than in the
        Authorization header, as in a cookie. ``on_refusal`` answers refused HTTP requests itself,
        as an ASGI application would; if it raises, the fixed answer is sent. ``on_fault`` is told
        why a token could not be checked; without it that is logged. ``watch=True``, or an
        AsyncWatchedVerifier, checks tokens in memory and against every revocation, instead of
        asking for each request. ``audience`` names this service: tokens that do not name it among
        their audiences are refused as not valid; without it any token passes. Raises ValueError for
        rules that cannot work and an empty audience.
        """
        self._app, self._rules = app, ParsedRules(rules)
        self._faults = Faults(on_fault)
        self._guard = AsyncGuard(client, self._faults, watch, audience)
        self._extract, self._on_refusal = extract_token, on_refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves or refuses what a scope stands for. Raises ValueError for an unknown type."""
        kind = scope["type"]
        if kind == "lifespan":
            await self._app(scope, receive, send)
            return
        if kind not in ("http", "websocket"):
            raise ValueError(f"the ASGI scope type {kind!r} is not known to the token middleware")
        set_current()
        scope.pop(SCOPE_KEY, None)
        verdict = await self._check(scope)
        if isinstance(verdict, Refusal):
            await self._refuse(verdict, scope, receive, send)
            return
        if verdict.claims is not None:
            scope[SCOPE_KEY] = verdict.claims
            set_current(verdict)
        await self._app(scope, receive, send)

    async def _check(self, scope: Scope) -> Union[Pass, Refusal]:
        method, path = scope.get("method", "GET"), route_path(scope)
        raw = scope.get("raw_path")
        raw_path = raw and raw.decode("latin-1")
        requirement = self._faults.required(
            lambda: None if path is None else self._rules.of(method, path, raw_path),
            f"{method} {scope['path']}",
        )
        if self._extract is not None:
            return await self._guard.check(requirement, extracted(self._extract(scope)))
        headers = [
            value.decode("latin-1")
            for name, value in scope["headers"]
            if name.lower() == b"authorization"
        ]
        return await self._guard.check(requirement, bearer(headers))

    async def _refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        prefix = "http.response"
        if scope["type"] == "websocket":
            if _DENIAL not in (scope.get("extensions") or {}):
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
                return
            prefix = _DENIAL
        elif self._on_refusal is not None and await self._answered(refusal, scope, receive, send):
            return
        headers = [(name.encode(), value.encode()) for name, value in refusal.headers()]
        body = b"" if scope.get("method") == "HEAD" else refusal.body()
        await send({"type": f"{prefix}.start", "status": refusal.status, "headers": headers})
        await send({"type": f"{prefix}.body", "body": body})

    async def _answered(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether the program's own handler has answered; nothing is sent before all is there."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        try:
            assert self._on_refusal is not None
            await self._on_refusal(refusal, scope, receive, keep)
        except Exception as error:
            self._faults.tell(error)
            return False
        for message in messages:
            await send(message)
        return bool(messages)


def route_path(scope: Scope) -> Optional[str]:
    """The path that the application routes by: what remains of it below ``root_path``.

    None where frameworks disagree, since ``root_path`` stands in the path but not as its first
    segments: Litestar cuts it out wherever it stands, Starlette leaves it.
    """
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    if not root or root not in path:
        return path or "/"
    if not path.startswith(root) or path[len(root) : len(root) + 1] not in ("", "/"):
        return path if root == "/" else None
    return path[len(root) :] or "/"
