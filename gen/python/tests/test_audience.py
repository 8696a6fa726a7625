"""A guard for an audience admits the tokens that name it, and no others."""

import asyncio
import unittest
from typing import Optional
from unittest import mock

import grpc

from secure_token_client import (
    AsyncSecureTokenClient,
    AsyncWatchedVerifier,
    InvalidTokenError,
    SecureTokenClient,
    TokenError,
    ValidationCache,
    WatchedVerifier,
)
from secure_token_client.middleware import asgi, wsgi
from secure_token_client.middleware.grpc import TokenInterceptor
from secure_token_client.testing import TokenServiceStandIn
from secure_token_client.testing.servicer import Servicer

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

    def test_each_call_takes_tokens_for_the_audience_alone(self) -> None:
        for check in CHECKS:
            with self.subTest(check.__name__):
                check(self.client, self.own, "orders")
                for token in self.others:
                    with self.assertRaises(InvalidTokenError) as caught:
                        check(self.client, token, "orders")
                    self.assertEqual(caught.exception.reason, "AUDIENCE_MISMATCH")
                    self.assertEqual(caught.exception.metadata["audience"], "orders")
                for audience in ("", 5, ["orders"], "half \ud800"):
                    with self.assertRaises(TokenError) as refused:
                        check(self.client, self.own, audience)
                    self.assertEqual(refused.exception.reason, "AUDIENCE_INVALID")
                    self.assertEqual(refused.exception.field, "audience")

    def test_asyncio_is_the_same(self) -> None:
        async def reasons(token: str) -> list[str]:
            async with AsyncSecureTokenClient(self.service.address, timeout=5) as client:
                calls = [
                    client.validate_token(token, audience="orders"),
                    client.check_permission(token, "read", audience="orders"),
                    client.check_permissions(token, ["read"], audience="orders"),
                ]
                told = await asyncio.gather(*calls, return_exceptions=True)
                told += await client.batch_validate_tokens([token], audience="orders")
            return [getattr(it, "reason", "none") for it in told]

        self.assertEqual(asyncio.run(reasons(self.own)), ["none"] * 4)
        for token in self.others:
            self.assertEqual(asyncio.run(reasons(token)), ["AUDIENCE_MISMATCH"] * 4)

    def test_an_answer_that_is_kept_is_held_against_the_audience(self) -> None:
        client = SecureTokenClient(self.service.address, timeout=5, cache=ValidationCache(60))
        self.addCleanup(client.close)
        for token in (self.own, *self.others):
            self.assertIsNone(client.validate_token(token)["checked_audience"])
        for _ in range(2):
            valid = client.validate_token(self.own, audience="orders")
            self.assertEqual(valid["checked_audience"], "orders")
            self.assertIsNone(client.validate_token(self.own)["checked_audience"])
            for token in self.others:
                with self.assertRaises(InvalidTokenError) as caught:
                    client.validate_token(token, audience="orders")
                self.assertEqual(caught.exception.reason, "AUDIENCE_MISMATCH")

    def test_no_answer_of_a_server_that_did_not_check_is_taken(self) -> None:
        for check in CHECKS:
            with self.subTest(check.__name__), mock.patch.object(Servicer, *DEAF[check.__name__]):
                with TokenServiceStandIn() as old, SecureTokenClient(old.address) as client:
                    token = client.generate_token("user-1", ["read"], audiences=["orders"])
                    with self.assertRaises(grpc.RpcError) as caught:
                        check(client, token, "orders")
                self.assertEqual(caught.exception.code(), grpc.StatusCode.INTERNAL)

    def test_a_verifier_takes_tokens_for_its_audience_alone(self) -> None:
        with WatchedVerifier(self.client, audience="orders") as verifier:
            for _ in range(2):  # the second time they may be kept
                self.assertEqual(verifier.verify(self.own, "read")["user_id"], "user-1")
                for token in self.others:
                    with self.assertRaises(InvalidTokenError) as caught:
                        verifier.verify(token)
                    self.assertEqual(caught.exception.reason, "AUDIENCE_MISMATCH")
                    self.assertEqual(str(caught.exception), "Token is not for audience 'orders'")
        with self.assertRaisesRegex(ValueError, "audience must be"):
            WatchedVerifier(self.client, audience="")

    def test_so_does_one_of_asyncio(self) -> None:
        async def reason(token: str) -> Optional[str]:
            async with AsyncSecureTokenClient(self.service.address, timeout=5) as client:
                async with AsyncWatchedVerifier(client, audience="orders") as verifier:
                    try:
                        await verifier.verify(token)
                    except InvalidTokenError as error:
                        return error.reason
            return None

        self.assertIsNone(asyncio.run(reason(self.own)))
        for token in self.others:
            self.assertEqual(asyncio.run(reason(token)), "AUDIENCE_MISMATCH")

    def test_wsgi(self) -> None:
        for watch in (False, True):
            app = wsgi.TokenMiddleware(answered, self.client, RULES, audience="orders", watch=watch)
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


def validate_token(client: SecureTokenClient, token: str, audience) -> None:
    client.validate_token(token, audience=audience)


def check_permission(client: SecureTokenClient, token: str, audience) -> None:
    client.check_permission(token, "read", audience=audience)


def check_permissions(client: SecureTokenClient, token: str, audience) -> None:
    client.check_permissions(token, ["read"], audience=audience)


def batch_validate_tokens(client: SecureTokenClient, token: str, audience) -> None:
    [result] = client.batch_validate_tokens([token], audience=audience)
    if isinstance(result, TokenError):
        raise result


CHECKS = (validate_token, check_permission, check_permissions, batch_validate_tokens)


def deaf(rpc: str):
    """An RPC of a server that is too old to know of audiences."""
    answer = getattr(Servicer, rpc)

    def passes_over(servicer, request, context):
        request.audience = ""
        return answer(servicer, request, context)

    return rpc, passes_over


DEAF = {
    "validate_token": deaf("ValidateToken"),
    "check_permission": deaf("CheckPermission"),
    "check_permissions": deaf("CheckPermissions"),
    "batch_validate_tokens": deaf("BatchValidateTokens"),
}


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
