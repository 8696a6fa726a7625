"""Every guard that watches goes on without the service, for the tokens that it knows."""

import asyncio
import unittest
from concurrent import futures

import grpc
import grpc.aio

from secure_token_client import (
    AsyncSecureTokenClient,
    AsyncWatchedVerifier,
    InvalidTokenError,
    SecureTokenClient,
    WatchedVerifier,
)
from secure_token_client.middleware import asgi, wsgi
from secure_token_client.middleware.grpc import AsyncTokenInterceptor, TokenInterceptor
from secure_token_client.testing import TokenServiceStandIn

RULES = "read"


class Overridden(unittest.IsolatedAsyncioTestCase):
    """A guard asks by the method that its users may override: one with a deny list, for example."""

    def setUp(self) -> None:
        self.service = TokenServiceStandIn()
        self.addCleanup(self.service.close)
        self.token = self.service.issue("denied", ["read"])

    def test_a_guard_asks_its_clients_own_method(self) -> None:
        class Denying(SecureTokenClient):
            def validate_token(self, token, **options):
                valid = super().validate_token(token, **options)
                if valid["user_id"] == "denied":
                    raise InvalidTokenError("denied", reason="TOKEN_REVOKED")
                return valid

        client = Denying(self.service.address, timeout=5)
        self.addCleanup(client.close)
        app = wsgi.TokenMiddleware(answered, client, RULES)
        seen: list = []
        environ = {"REQUEST_METHOD": "GET", "HTTP_AUTHORIZATION": f"Bearer {self.token}"}
        app(environ, lambda line, _: seen.append(int(line[:3])))
        self.assertEqual(seen, [401])

    async def test_a_guard_of_asyncio_does_too(self) -> None:
        class Denying(AsyncSecureTokenClient):
            async def validate_token(self, token, **options):
                await super().validate_token(token, **options)
                raise InvalidTokenError("denied", reason="TOKEN_REVOKED")

        async with Denying(self.service.address, timeout=5) as client:
            app = asgi.TokenMiddleware(None, client, RULES)
            seen: list = []

            async def send(event: dict) -> None:
                seen.append(event.get("status"))

            headers = [(b"authorization", f"Bearer {self.token}".encode())]
            scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
            await app(scope, None, send)
        self.assertEqual(seen[0], 401)


class Guards(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.service = TokenServiceStandIn()
        self.addCleanup(self.service.close)
        self.token = self.service.issue("user-1", ["read"])
        self.client = SecureTokenClient(self.service.address, timeout=1)
        self.addCleanup(self.client.close)

    async def check(self, ask) -> None:
        """`ask` gives the status that the guarded server answers with."""
        passes, refused, unavailable = ask.statuses
        # The first requests are asked for, until the feed has begun.
        while self.service.calls.count("ValidateToken") < 1 or not self.is_ready():
            self.assertEqual(await ask(self.token), passes)
        self.assertEqual(await ask(self.token), passes)
        self.service.go_away()
        self.assertEqual(await ask(self.token), passes)
        self.assertEqual(await ask("another"), unavailable)
        self.service.come_back()
        self.service.revoke(self.token)
        while await ask(self.token) != refused:
            await asyncio.sleep(0.01)

    async def test_wsgi(self) -> None:
        verifier = WatchedVerifier(self.client)
        app = wsgi.TokenMiddleware(answered, self.client, RULES, watch=verifier)
        self.is_ready = lambda: verifier.state.is_ready

        def status(token: str) -> int:
            seen: list = []
            environ = {"REQUEST_METHOD": "GET", "HTTP_AUTHORIZATION": f"Bearer {token}"}
            app(environ, lambda line, _: seen.append(int(line[:3])))
            return seen[0]

        async def ask(token: str) -> int:
            return await asyncio.to_thread(status, token)

        ask.statuses = (200, 401, 503)
        await self.check(ask)

    async def test_asgi(self) -> None:
        async with AsyncSecureTokenClient(self.service.address, timeout=1) as client:
            async with AsyncWatchedVerifier(client) as verifier:
                app = asgi.TokenMiddleware(answered_async, lambda: client, RULES, watch=verifier)
                self.is_ready = lambda: verifier.state.is_ready

                async def ask(token: str) -> int:
                    seen: list = []

                    async def send(message) -> None:
                        seen.append(message.get("status"))

                    headers = [(b"authorization", f"Bearer {token}".encode())]
                    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
                    await app(scope, None, send)
                    return seen[0]

                ask.statuses = (200, 401, 503)
                await self.check(ask)

    async def test_grpc(self) -> None:
        verifier = WatchedVerifier(self.client)
        self.is_ready = lambda: verifier.state.is_ready
        interceptor = TokenInterceptor(self.client, {"/test.Service/": RULES}, watch=verifier)
        server = grpc.server(futures.ThreadPoolExecutor(2), interceptors=[interceptor])
        server.add_generic_rpc_handlers([Handlers(lambda request, context: b"")])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        await self.check(called(port))
        server.stop(0).wait()

    async def test_grpc_aio(self) -> None:
        async def handle(request, context) -> bytes:
            return b""

        async with AsyncSecureTokenClient(self.service.address, timeout=1) as client:
            async with AsyncWatchedVerifier(client) as verifier:
                self.is_ready = lambda: verifier.state.is_ready
                interceptor = AsyncTokenInterceptor(
                    client, {"/test.Service/": RULES}, watch=verifier
                )
                server = grpc.aio.server(interceptors=[interceptor])
                server.add_generic_rpc_handlers([Handlers(handle)])
                port = server.add_insecure_port("127.0.0.1:0")
                await server.start()
                await self.check(called(port))
                await server.stop(0)

    def test_true_makes_a_verifier_and_anything_else_is_refused(self) -> None:
        app = wsgi.TokenMiddleware(answered, self.client, RULES, watch=True)
        self.assertIsInstance(app._guard._verifier, WatchedVerifier)
        for watch in (None, 1, "yes", AsyncWatchedVerifier(lambda: None)):
            with self.assertRaisesRegex(TypeError, "watch"):
                wsgi.TokenMiddleware(answered, self.client, RULES, watch=watch)


class Handlers(grpc.GenericRpcHandler):
    def __init__(self, behavior) -> None:
        self._behavior = behavior

    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(self._behavior)


def answered(environ, start_response):
    start_response("200 OK", [])
    return [b""]


async def answered_async(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def called(port: int):
    """Asks a gRPC server."""

    async def ask(token: str) -> grpc.StatusCode:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            call = channel.unary_unary("/test.Service/Get")
            try:
                await call(b"", metadata=(("authorization", f"Bearer {token}"),), timeout=5)
            except grpc.RpcError as error:
                return error.code()
            return grpc.StatusCode.OK

    code = grpc.StatusCode
    ask.statuses = (code.OK, code.UNAUTHENTICATED, code.UNAVAILABLE)
    return ask
