"""WSGI and ASGI: who is served, and what everybody else is told."""

import io
import json
import unittest
from wsgiref.util import setup_testing_defaults

from secure_token_client import AsyncSecureTokenClient, SecureTokenClient
from secure_token_client.middleware import asgi, current_token, rules, wsgi
from support import connect, connect_async


def rule(method: str, path: str) -> object:
    if path == "/health":
        return rules.PUBLIC
    return "write" if method == "POST" else None


ROWS = [
    # method, path, token, status, error, challenge
    ("GET", "/", "reader", 200, None, None),
    ("GET", "/health", None, 200, None, None),
    ("GET", "/", None, 401, "TOKEN_REQUIRED", "Bearer"),
    ("GET", "/", "broken", 401, "TOKEN_MALFORMED", 'Bearer error="invalid_token"'),
    ("POST", "/", "writer", 200, None, None),
    (
        *("POST", "/", "reader", 403, "PERMISSION_NOT_GRANTED"),
        'Bearer error="insufficient_scope", scope="write"',
    ),
]


def make_tokens() -> dict:
    with connect() as client:
        return {
            "reader": client.generate_token("reader", ["read"]),
            "writer": client.generate_token("writer", ["read", "write"]),
            "broken": "broken",
            None: None,
        }


class Wsgi(unittest.TestCase):
    def setUp(self) -> None:
        self.client = connect()
        self.addCleanup(self.client.close)
        self.tokens = make_tokens()

    def call(self, client: SecureTokenClient, method: str, path: str, header: object):
        def app(environ, start_response):
            start_response("200 OK", [])
            claims = environ.get(wsgi.ENVIRON_KEY)
            if claims is not None:
                assert current_token() is claims
            return [json.dumps({"user": claims and claims["user_id"]}).encode()]

        environ: dict = {"wsgi.input": io.BytesIO(), wsgi.ENVIRON_KEY: {"user_id": "forged"}}
        setup_testing_defaults(environ)
        environ.update({"REQUEST_METHOD": method, "PATH_INFO": path, "SCRIPT_NAME": ""})
        if header is not None:
            environ["HTTP_AUTHORIZATION"] = header
        told: list = []
        body = b"".join(
            wsgi.TokenMiddleware(app, client, rule)(environ, lambda *it: told.append(it))
        )
        status, headers = told[0]
        return int(status[:3]), dict(headers), json.loads(body)

    def test_rows(self) -> None:
        for method, path, name, status, error, challenge in ROWS:
            with self.subTest(method=method, path=path, token=name):
                token = self.tokens[name]
                header = None if token is None else f"Bearer {token}"
                found, headers, body = self.call(self.client, method, path, header)
                self.assertEqual(found, status)
                self.assertEqual(body.get("error"), error)
                self.assertEqual(headers.get("www-authenticate"), challenge)
                if status == 200:
                    self.assertEqual(body["user"], None if name is None else name)

    def test_the_scheme_is_bearer_in_any_case(self) -> None:
        token = self.tokens["reader"]
        self.assertEqual(self.call(self.client, "GET", "/", f"bEARER  {token} ")[0], 200)
        for header in ("", "Bearer", "Bearer ", f"Basic {token}", str(token)):
            with self.subTest(header=header[:10]):
                self.assertEqual(self.call(self.client, "GET", "/", header)[0], 401)

    def test_a_service_that_cannot_be_reached_opens_no_door(self) -> None:
        with SecureTokenClient("127.0.0.1:1") as unreachable:
            status, headers, body = self.call(unreachable, "GET", "/", "Bearer token")
        self.assertEqual((status, body["error"]), (503, "TOKEN_SERVICE_UNAVAILABLE"))
        self.assertNotIn("www-authenticate", headers)


class Asgi(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.client = connect_async()
        self.addAsyncCleanup(self.client.close)
        self.tokens = make_tokens()

    async def call(
        self, client: AsyncSecureTokenClient, scope: dict, headers: list
    ) -> tuple[list, object]:
        sent: list = []
        seen: list = []

        async def app(scope, receive, send):
            seen.append(scope.get(asgi.SCOPE_KEY))
            await send({"type": "http.response.start", "status": 200, "headers": []})

        async def send(message) -> None:
            sent.append(message)

        middleware = asgi.TokenMiddleware(app, lambda: client, rule)
        forged = {asgi.SCOPE_KEY: {"user_id": "forged"}}
        await middleware({**scope, **forged, "headers": headers}, None, send)
        return sent, seen[0] if seen else None

    async def test_rows(self) -> None:
        for method, path, name, status, error, challenge in ROWS:
            with self.subTest(method=method, path=path, token=name):
                token = self.tokens[name]
                headers = [] if token is None else [(b"authorization", f"Bearer {token}".encode())]
                scope = {"type": "http", "method": method, "path": path}
                sent, claims = await self.call(self.client, scope, headers)
                self.assertEqual(sent[0]["status"], status)
                found = dict(sent[0]["headers"]).get(b"www-authenticate")
                self.assertEqual(found and found.decode(), challenge)
                if error is not None:
                    self.assertEqual(json.loads(sent[1]["body"])["error"], error)
                elif name is not None:
                    self.assertEqual(claims["user_id"], name)

    async def test_two_headers_are_none(self) -> None:
        header = (b"authorization", f"Bearer {self.tokens['reader']}".encode())
        scope = {"type": "http", "method": "GET", "path": "/"}
        sent, _ = await self.call(self.client, scope, [header, header])
        self.assertEqual(sent[0]["status"], 401)

    async def test_a_websocket_is_refused_before_it_is_accepted(self) -> None:
        sent, _ = await self.call(self.client, {"type": "websocket", "path": "/"}, [])
        self.assertEqual(sent, [{"type": "websocket.close", "code": 1008}])

    async def test_lifespan_passes(self) -> None:
        sent, _ = await self.call(self.client, {"type": "lifespan"}, [])
        self.assertEqual(len(sent), 1)

    async def test_a_service_that_cannot_be_reached_opens_no_door(self) -> None:
        scope = {"type": "http", "method": "GET", "path": "/"}
        async with AsyncSecureTokenClient("127.0.0.1:1") as unreachable:
            headers = [(b"authorization", b"Bearer token")]
            sent, claims = await self.call(unreachable, scope, headers)
        self.assertEqual((sent[0]["status"], claims), (503, None))
