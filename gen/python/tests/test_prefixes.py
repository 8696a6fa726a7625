"""The guards in real applications below a prefix: a rule names the path that a route has."""

import asyncio
import threading
import time
import unittest

try:
    import flask
    import httpx
    import uvicorn
    from fastapi import FastAPI
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Mount, Route
    from werkzeug.middleware.dispatcher import DispatcherMiddleware
    from werkzeug.test import Client
except ImportError as error:
    raise unittest.SkipTest(f"{error.name} is not installed") from None

from secure_token_client.middleware import PUBLIC, asgi, wsgi
from support import connect, connect_async

RULES = {"GET /notes": ["read"], "GET /v1/notes": ["read"], "GET /*": PUBLIC}
"""Whatever a guard takes for another path than `/notes` or `/v1/notes` is open to anyone."""


def guard(app):
    """The guard before an ASGI application, with a client of the loop that serves it."""
    kept: list = []

    def client():
        if not kept:
            kept.append(connect_async())
        return kept[0]

    return asgi.TokenMiddleware(app, client, RULES)


async def notes(_request):
    return PlainTextResponse("reached")


def starlette(guarded: bool = True) -> Starlette:
    app = Starlette(routes=[Route("/notes", notes)])
    if guarded:
        app.add_middleware(guard)  # type: ignore[arg-type]
    return app


def starlette_mounting(inner: Starlette) -> Starlette:
    return Starlette(routes=[Mount("/v1", inner)])


def guarded_mounting() -> Starlette:
    app = starlette_mounting(starlette(guarded=False))
    app.add_middleware(guard)  # type: ignore[arg-type]
    return app


def fastapi(**options) -> FastAPI:
    app = FastAPI(**options)
    app.add_middleware(guard)  # type: ignore[arg-type]
    app.add_api_route("/notes", lambda: "reached")
    return app


def fastapi_mounting(**options) -> FastAPI:
    app = FastAPI(**options)
    app.mount("/v1", fastapi())
    return app


class Served:
    """An application behind uvicorn, on a port of its own."""

    def __init__(self, app, root_path: str) -> None:
        config = uvicorn.Config(app, port=0, root_path=root_path, log_level="error")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()))

    def __enter__(self) -> str:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()


class Prefixes(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        with connect() as client:
            cls.token = client.generate_token("reader", ["read"])

    def test_asgi(self) -> None:
        for name, app, root, path in (
            ("Starlette", starlette(), "", "/notes"),
            ("Starlette, --root-path", starlette(), "/api", "/notes"),
            ("Starlette, --root-path of two", starlette(), "/a/b", "/notes"),
            ("Starlette, mounted", starlette_mounting(starlette()), "", "/v1/notes"),
            ("mounted, --root-path", starlette_mounting(starlette()), "/api", "/v1/notes"),
            ("Starlette, guard around the mount", guarded_mounting(), "/api", "/v1/notes"),
            ("FastAPI, --root-path", fastapi(), "/api", "/notes"),
            ("FastAPI(root_path), proxy cuts", fastapi(root_path="/api"), "", "/notes"),
            ("FastAPI(root_path), proxy keeps", fastapi(root_path="/api"), "", "/api/notes"),
            ("FastAPI, mounted", fastapi_mounting(), "", "/v1/notes"),
            ("FastAPI, mounted, --root-path", fastapi_mounting(), "/api", "/v1/notes"),
        ):
            with self.subTest(name), Served(app, root) as url:
                refused = httpx.get(url + path, trust_env=False)
                self.assertEqual(refused.status_code, 401, refused.text)
                headers = {"authorization": f"Bearer {self.token}"}
                served = httpx.get(url + path, headers=headers, trust_env=False)
                self.assertEqual((served.status_code, "reached" in served.text), (200, True))

    def test_wsgi(self) -> None:
        with connect() as client:
            app = flask.Flask(__name__)
            app.add_url_rule("/notes", view_func=lambda: "reached", endpoint="notes")
            app.wsgi_app = wsgi.TokenMiddleware(app.wsgi_app, client, RULES)  # type: ignore
            nothing = flask.Flask("nothing")
            for name, served, path in (
                ("Flask", app, "/notes"),
                ("mounted", DispatcherMiddleware(nothing, {"/api": app}), "/api/notes"),
                (
                    "mounted twice",
                    DispatcherMiddleware(
                        nothing, {"/a": DispatcherMiddleware(nothing, {"/b": app})}
                    ),
                    "/a/b/notes",
                ),
            ):
                with self.subTest(name):
                    browser = Client(served)
                    self.assertEqual(browser.get(path).status_code, 401)
                    headers = {"authorization": f"Bearer {self.token}"}
                    self.assertEqual(browser.get(path, headers=headers).text, "reached")


if __name__ == "__main__":
    unittest.main()
