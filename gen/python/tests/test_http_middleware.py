"""WSGI and ASGI: who is served, and what everybody else is told."""

import asyncio
import io
import json
import unittest
from wsgiref.util import setup_testing_defaults

from secure_token_client import (
    AsyncSecureTokenClient,
    SecureTokenClient,
    ServiceUnavailableError,
)
from secure_token_client.middleware import (
    ANY_TOKEN,
    OPTIONAL,
    PUBLIC,
    NoRuleError,
    asgi,
    current_token,
    forward_headers,
    wsgi,
)
from secure_token_client.middleware.http_rules import ParsedRules
from support import connect, connect_async


def rule(method: str, path: str) -> object:
    if path == "/health":
        return PUBLIC
    if path == "/forgotten":
        return None  # as a function without a return
    return "write" if method == "POST" else ANY_TOKEN


INVALID = 'Bearer error="invalid_token"'
ROWS = [
    # method, path, token, status, reason, challenge
    ("GET", "/", "reader", 200, None, None),
    ("HEAD", "/", "reader", 200, None, None),
    ("GET", "/health", None, 200, None, None),
    ("GET", "/", None, 401, "TOKEN_MISSING", "Bearer"),
    ("GET", "/", "broken", 401, "TOKEN_INVALID", INVALID),
    ("POST", "/", "writer", 200, None, None),
    (
        *("POST", "/", "reader", 403, "PERMISSION_MISSING"),
        'Bearer error="insufficient_scope", scope="write"',
    ),
    (
        *("GET", "/forgotten", "writer", 403, "PERMISSION_MISSING"),
        'Bearer error="insufficient_scope"',
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

    def call(
        self,
        client: SecureTokenClient,
        method: str,
        path: str,
        header: object,
        rules: object = rule,
        prefix: str = "",
        **options,
    ):
        def app(environ, start_response):
            start_response("200 OK", [])
            claims = environ.get(wsgi.ENVIRON_KEY)
            if claims is not None:
                assert current_token() is claims
                assert forward_headers()["authorization"].split()[1] == header.split()[1]
            return [json.dumps({"user": claims and claims["user_id"]}).encode()]

        environ: dict = {"wsgi.input": io.BytesIO(), wsgi.ENVIRON_KEY: {"user_id": "forged"}}
        setup_testing_defaults(environ)
        environ.update({"REQUEST_METHOD": method, "PATH_INFO": path, "SCRIPT_NAME": prefix})
        if header is not None:
            environ["HTTP_AUTHORIZATION"] = header
        told: list = []
        body = b"".join(
            wsgi.TokenMiddleware(app, client, rules, **{"on_fault": lambda _: None, **options})(
                environ, lambda *it: told.append(it)
            )
        )
        status, headers = told[0]
        return int(status[:3]), dict(headers), json.loads(body or b"{}")

    def test_rows(self) -> None:
        for method, path, name, status, error, challenge in ROWS:
            with self.subTest(method=method, path=path, token=name):
                token = self.tokens[name]
                header = None if token is None else f"Bearer {token}"
                found, headers, body = self.call(self.client, method, path, header)
                self.assertEqual(found, status)
                self.assertEqual(body.get("reason"), error)
                self.assertEqual(headers.get("www-authenticate"), challenge)
                if status == 200:
                    self.assertEqual(body["user"], None if name is None else name)

    def test_the_scheme_is_bearer_in_any_case(self) -> None:
        token = self.tokens["reader"]
        self.assertEqual(self.call(self.client, "GET", "/", f"bEARER  {token} ")[0], 200)
        for header in ("", "Bearer", "Bearer ", f"Basic {token}", f"Bearer {token},x", str(token)):
            with self.subTest(header=header[:10]):
                self.assertEqual(self.call(self.client, "GET", "/", header)[0], 401)

    def test_a_service_that_cannot_be_reached_opens_no_door(self) -> None:
        faults: list = []
        with SecureTokenClient("127.0.0.1:1", timeout=0.2) as unreachable:
            status, headers, body = self.call(
                unreachable, "GET", "/", "Bearer token", on_fault=faults.append
            )
        self.assertEqual((status, body["reason"]), (503, "UNAVAILABLE"))
        self.assertNotIn("www-authenticate", headers)
        self.assertEqual(headers["retry-after"], "1")
        self.assertIsInstance(faults[0], ServiceUnavailableError)

    def test_rules_see_the_path_below_the_prefix(self) -> None:
        rules = {"GET /notes": OPTIONAL}
        self.assertEqual(self.call(self.client, "GET", "/notes", None, rules, "/api")[0], 200)
        self.assertEqual(self.call(self.client, "GET", "/other", None, rules, "/api")[0], 403)

    def test_what_no_rule_names_is_told(self) -> None:
        faults: list = []
        status, _, _ = self.call(
            self.client, "GET", "/x", None, {"GET /": ANY_TOKEN}, on_fault=faults.append
        )
        self.assertEqual(status, 403)
        self.assertIsInstance(faults[0], NoRuleError)

    def test_a_token_from_elsewhere(self) -> None:
        token = str(self.tokens["reader"])
        for found, status in ((token, 200), (None, 401), ("", 401), (f"{token}\u00a0", 401)):
            with self.subTest(found=str(found)[:9]):
                answered, _, _ = self.call(
                    self.client,
                    "GET",
                    "/",
                    f"Bearer {token}",
                    extract_token=lambda _: found,  # noqa: B023
                )
                self.assertEqual(answered, status)

    def test_an_answer_of_the_programs_own(self) -> None:
        def answer(refusal, environ, start_response):
            start_response("418 I'm a teapot", [("x-reason", refusal.reason)])
            return [b"{}"]

        status, headers, _ = self.call(self.client, "GET", "/", None, on_refusal=answer)
        self.assertEqual((status, headers), (418, {"x-reason": "TOKEN_MISSING"}))

    def test_one_that_fails_opens_no_door(self) -> None:
        def broken(refusal, environ, start_response):
            start_response("200 OK", [])
            raise RuntimeError("half an answer")

        status, _, body = self.call(self.client, "GET", "/", None, on_refusal=broken)
        self.assertEqual((status, body["reason"]), (401, "TOKEN_MISSING"))

    def test_what_cannot_work_is_refused_when_the_middleware_is_made(self) -> None:
        for rules in (
            *({}, None, [], "", {"/notes": "read"}, {"GET notes": "read"}, {"GET /a": None}),
            *({"GET /a": []}, {"GET /a": ["read", ""]}, {"GET /a*": "read"}, {"HEAD /": "read"}),
            *({"GET /a//b": "read"}, {"GET /../a": "read"}, {"get /a": "read"}),
        ):
            with self.subTest(rules=rules), self.assertRaises(ValueError):
                wsgi.TokenMiddleware(None, self.client, rules)
        with self.assertRaises(TypeError):
            wsgi.TokenMiddleware(None, None, ANY_TOKEN)


class Asgi(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.client = connect_async()
        self.addAsyncCleanup(self.client.close)
        self.tokens = make_tokens()

    async def call(
        self,
        client: AsyncSecureTokenClient,
        scope: dict,
        headers: list,
        rules: object = rule,
        **options,
    ) -> tuple[list, object]:
        sent: list = []
        seen: list = []

        async def app(scope, receive, send):
            seen.append(scope.get(asgi.SCOPE_KEY))
            await send({"type": "http.response.start", "status": 200, "headers": []})

        async def send(message) -> None:
            sent.append(message)

        options = {"on_fault": lambda _: None, **options}
        middleware = asgi.TokenMiddleware(app, lambda: client, rules, **options)
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
                if error is not None and method != "HEAD":
                    self.assertEqual(json.loads(sent[1]["body"])["reason"], error)
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

    async def test_a_websocket_is_told_why_where_the_server_can(self) -> None:
        extensions = {"websocket.http.response": {}}
        scope = {"type": "websocket", "path": "/", "extensions": extensions}
        sent, _ = await self.call(self.client, scope, [])
        self.assertEqual(sent[0]["type"], "websocket.http.response.start")
        self.assertEqual(sent[0]["status"], 401)

    async def test_an_unknown_scope_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            await self.call(self.client, {"type": "webtransport", "path": "/"}, [])

    async def test_rules_see_the_path_that_the_application_routes_by(self) -> None:
        rules = {"GET /notes": OPTIONAL, "GET /": PUBLIC, "GET /x/*": PUBLIC}
        for root, path, status in (
            ("/api", "/api/notes", 200),
            ("/api", "/notes", 200),  # a proxy has taken the prefix off
            ("/api", "/apinotes", 403),
            ("/api", "/apix/notes", 403),
            ("/api/", "/api//notes", 200),  # as uvicorn puts the two together
            ("/api/", "/api/notes", 403),  # Starlette routes by the whole, Litestar by notes
            ("/", "//notes", 200),
            ("/", "/notes", 200),
            ("/api", "/x/api/notes", 403),  # Litestar routes by /notes
            ("/api", "/x/notes", 200),
            ("/api", "/api", 200),
            ("", "/api/notes", 403),
        ):
            with self.subTest(root=root, path=path):
                scope = {"type": "http", "method": "GET", "path": path, "root_path": root}
                sent, _ = await self.call(self.client, scope, [], rules)
                self.assertEqual(sent[0]["status"], status)

    async def test_the_last_slash_makes_no_rule_weaker(self) -> None:
        rules = {"GET /notes": "admin", "GET /reports/": "admin", "GET /*": PUBLIC}
        for path, status in (("/notes/", 403), ("/reports", 403), ("/other/", 200)):
            with self.subTest(path=path):
                scope = {"type": "http", "method": "GET", "path": path, "headers": []}
                sent, _ = await self.call(self.client, scope, [], rules)
                self.assertEqual(sent[0]["status"], status)
        with self.assertRaisesRegex(ValueError, "last slash"):
            ParsedRules({"GET /notes": "admin", "GET /notes/": PUBLIC})

    async def test_an_encoded_path_matches_no_rule(self) -> None:
        scope = {"type": "http", "method": "GET", "path": "/a/b", "raw_path": b"/a%2Fb"}
        sent, _ = await self.call(self.client, scope, [], {"GET /a/*": PUBLIC})
        self.assertEqual(sent[0]["status"], 403)

    async def test_an_answer_of_the_programs_own(self) -> None:
        async def answer(refusal, scope, receive, send):
            await send({"type": "http.response.start", "status": 418, "headers": []})
            await send({"type": "http.response.body", "body": refusal.reason.encode()})

        async def broken(refusal, scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise RuntimeError("half an answer")

        scope = {"type": "http", "method": "GET", "path": "/"}
        sent, _ = await self.call(self.client, scope, [], on_refusal=answer)
        self.assertEqual((sent[0]["status"], sent[1]["body"]), (418, b"TOKEN_MISSING"))
        sent, _ = await self.call(self.client, scope, [], on_refusal=broken)
        self.assertEqual(sent[0]["status"], 401)

    async def test_a_burst_with_one_token_is_one_call(self) -> None:
        calls = 0
        validate = self.client.validate_token

        async def counted(token):
            nonlocal calls
            calls += 1
            return await validate(token)

        self.client.validate_token = counted
        headers = [(b"authorization", f"Bearer {self.tokens['reader']}".encode())]
        app_calls: list = []

        async def app(scope, receive, send):
            app_calls.append(scope[asgi.SCOPE_KEY])

        middleware = asgi.TokenMiddleware(app, self.client, ANY_TOKEN)
        scopes = [
            {"type": "http", "method": "GET", "path": "/", "headers": headers} for _ in range(20)
        ]
        first = asyncio.ensure_future(middleware(scopes[0], None, None))
        await asyncio.sleep(0)
        first.cancel()  # a request that goes away ends no other's
        await asyncio.gather(*(middleware(scope, None, None) for scope in scopes[1:]))
        self.assertEqual((calls, len(app_calls)), (1, 19))
        self.assertIsNot(app_calls[0], app_calls[1])

    async def test_lifespan_passes(self) -> None:
        sent, _ = await self.call(self.client, {"type": "lifespan"}, [])
        self.assertEqual(len(sent), 1)

    async def test_a_service_that_cannot_be_reached_opens_no_door(self) -> None:
        scope = {"type": "http", "method": "GET", "path": "/"}
        async with AsyncSecureTokenClient("127.0.0.1:1", timeout=0.2) as unreachable:
            headers = [(b"authorization", b"Bearer token")]
            sent, claims = await self.call(unreachable, scope, headers)
        self.assertEqual((sent[0]["status"], claims), (503, None))
