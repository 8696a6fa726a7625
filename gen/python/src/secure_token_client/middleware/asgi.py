"""ASGI 3: Starlette, FastAPI, Quart, Litestar and whatever else speaks it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Optional

import grpc

from ..aio import AsyncSecureTokenClient
from ..exceptions import TokenError
from . import rules
from .current import set_current_token

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SCOPE_KEY = "secure_token"
"""Where the application finds the claims in the scope."""
_POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1


class TokenMiddleware:
    """Serves a request only when its bearer token is valid and holds what `permission` says.

    A WebSocket is refused before it is accepted, which its client sees as 403.
    """

    def __init__(
        self,
        app: App,
        client: Callable[[], AsyncSecureTokenClient],
        permission: rules.Rule = None,
    ) -> None:
        """Stands before `app`. `client` gives the client, once the event loop runs."""
        self._app, self._client, self._rule = app, client, permission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        set_current_token(None)
        scope.pop(SCOPE_KEY, None)
        refusal = await self._check(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            headers = [(name.encode(), value.encode()) for name, value in refusal.headers()]
            start = {"type": "http.response.start", "status": refusal.status, "headers": headers}
            await send(start)
            await send({"type": "http.response.body", "body": refusal.body()})

    async def _check(self, scope: Scope) -> Optional[rules.Refusal]:
        permission = rules.needed(self._rule, scope.get("method", "GET"), scope["path"])
        if permission is rules.PUBLIC:
            return None
        token = rules.bearer(_authorization(scope))
        if token is None:
            return rules.NO_TOKEN
        try:
            valid = await self._client().validate_token(token)
            rules.require(valid, permission)
        except TokenError as error:
            return rules.refusal_of(error)
        except grpc.RpcError:
            return rules.UNREACHABLE
        scope[SCOPE_KEY] = valid
        set_current_token(valid)
        return None


def _authorization(scope: Scope) -> Optional[str]:
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    return found[0].decode("latin-1") if len(found) == 1 else None
