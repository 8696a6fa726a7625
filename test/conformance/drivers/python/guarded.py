"""Servers behind the package's middleware: WSGI for the sync client, ASGI for the asyncio one."""

from __future__ import annotations

import asyncio
import socket
import threading
import urllib.parse
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import uvicorn

from secure_token_client.middleware import ANY_TOKEN, OPTIONAL, PUBLIC, all_of, any_of
from secure_token_client.middleware.asgi import TokenMiddleware as AsgiMiddleware
from secure_token_client.middleware.wsgi import TokenMiddleware as WsgiMiddleware

_NAMED = {"anyValidToken": ANY_TOKEN, "optional": OPTIONAL, "open": PUBLIC, None: None}


def rules(policy: dict[str, Any]) -> dict[str, Any]:
    """A policy of the corpus. Raises ValueError where the package refuses it."""
    return {rule: _requirement(value) for rule, value in policy.items()}


def _requirement(value: Any) -> Any:
    if not isinstance(value, dict):
        return _NAMED[value]
    return all_of(*value["allOf"]) if "allOf" in value else any_of(*value["anyOf"])


class GuardedWsgi:
    """A WSGI server; `address` is where it listens."""

    def __init__(self, client: Any, policy: dict[str, Any]) -> None:
        app = WsgiMiddleware(_wsgi_app, client, rules(policy), on_fault=lambda _: None)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.set_app(app)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    async def start(self) -> None:
        """Serves already."""

    async def stop(self) -> None:
        """Ends the server."""
        self._server.shutdown()
        self._server.server_close()


class GuardedAsgi:
    """The same with uvicorn, in the driver's own loop."""

    def __init__(self, client: Any, policy: dict[str, Any]) -> None:
        app = AsgiMiddleware(_asgi_app, client, rules(policy), on_fault=lambda _: None)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(app, log_config=None, lifespan="off", http="h11")
        self._server = uvicorn.Server(config)

    async def start(self) -> None:
        """Serves from here on."""
        self._task = asyncio.ensure_future(self._server._serve([self._socket]))
        while not self._server.started:
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Ends the server."""
        self._server.should_exit = True
        await self._task


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    """Keeps what was sent: http.server makes one slash of several, and strips vertical tabs."""

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        sent = self.requestline.split(" ")[1]
        path = urllib.parse.unquote(sent.partition("?")[0], "latin-1")
        values = self.headers.get_all("authorization")
        header = {} if values is None else {"HTTP_AUTHORIZATION": ",".join(values)}
        return {**environ, **header, "RAW_URI": sent, "PATH_INFO": path}

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _wsgi_app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    claims = environ.get("secure_token")
    start_response("200 OK", [] if claims is None else [("x-user", claims["user_id"])])
    return [b""]


async def _asgi_app(scope: Any, receive: Any, send: Any) -> None:
    claims = scope.get("secure_token")
    headers = [] if claims is None else [(b"x-user", claims["user_id"].encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
