"""A guard for an audience admits the tokens that name it, and no others."""

import asyncio
import unittest

from secure_token_client import AsyncSecureTokenClient, SecureTokenClient, TokenError
from secure_token_client.middleware import asgi, wsgi
from secure_token_client.middleware.grpc import TokenInterceptor
from secure_token_client.testing import TokenServiceStandIn

RULES = "read"


class Audiences(unittest.TestCase):
    def setUp(self) -> None:
        self.service = TokenServiceStandIn()
        self.addCleanup(self.service.close)
        self.client = SecureTokenClient(self.service.address, timeout=5)
        self.addCleanup(self.client.close)
        issue = self.client.generate_token
        self.own = issue("user-1", ["read"], audiences=["stock", "orders"])
        self.others = [
            issue("user-1", ["read"], audiences=["stock", "Orders"]),
            issue("user-1", ["read"]),
        ]

    def test_are_told_and_kept(self) -> None:
        self.assertEqual(self.own.audiences, ["stock", "orders"])
        self.assertEqual(self.client.validate_token(self.own)["audiences"], ["stock", "orders"])
        self.assertEqual(self.client.get_token_info(self.own)["audiences"], ["stock", "orders"])
        self.assertEqual(self.client.refresh_token(self.own).audiences, ["stock", "orders"])
        self.assertEqual(self.client.validate_token(self.others[1])["audiences"], [])

    def test_wsgi(self) -> None:
        for watch in (False, True):
            app = wsgi.TokenMiddleware(
                answered, self.client, RULES, audience="orders", watch=watch
            )
            self.assert_admits(lambda token, app=app: wsgi_status(app, token))

    def test_asgi(self) -> None:
        async def status(token: str) -> int:
            async with AsyncSecureTokenClient(self.service.address, timeout=5) as client:
                app = asgi.TokenMiddleware(answered_async, client, RULES, audience="orders")
                return await asgi_status(app, token)

        self.assert_admits(lambda token: asyncio.run(status(token)))

    def test_none_is_required_without_one(self) -> None:
        app = wsgi.TokenMiddleware(answered, self.client, RULES)
        for token in (self.own, *self.others):
            self.assertEqual(wsgi_status(app, token), 200)

    def test_an_empty_one_makes_no_guard(self) -> None:
        for audience in ("", 5, ["orders"]):
            with self.assertRaisesRegex(ValueError, "audience must be"):
                wsgi.TokenMiddleware(answered, self.client, RULES, audience=audience)
            with self.assertRaisesRegex(ValueError, "audience must be"):
                TokenInterceptor(self.client, {"/a.B/": "read"}, audience=audience)

    def test_what_no_message_carries_is_refused_by_its_name(self) -> None:
        for audiences, field in (("orders", "audiences"), (["a", 5], "audiences[1]")):
            with self.assertRaises(TokenError) as caught:
                self.client.generate_token("user-1", audiences=audiences)
            self.assertEqual(caught.exception.field, field)
            self.assertEqual(caught.exception.reason, "AUDIENCE_INVALID")

    def assert_admits(self, ask) -> None:
        for _ in range(2):  # the second time it may be known
            self.assertEqual(ask(self.own), 200)
            for token in self.others:
                self.assertEqual(ask(token), 401)


def answered(environ, start_response):
    start_response("200 OK", [])
    return []


async def answered_async(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def wsgi_status(app, token: str) -> int:
    seen: list = []
    environ = {"REQUEST_METHOD": "GET", "HTTP_AUTHORIZATION": f"Bearer {token}"}
    app(environ, lambda line, _: seen.append(int(line[:3])))
    return seen[0]


async def asgi_status(app, token: str) -> int:
    seen: list = []

    async def send(message) -> None:
        seen.append(message.get("status"))

    headers = [(b"authorization", f"Bearer {token}".encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    await app(scope, None, send)
    return seen[0]
