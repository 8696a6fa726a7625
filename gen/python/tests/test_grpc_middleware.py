"""gRPC interceptors, sync and asyncio, for all four kinds of RPC."""

import unittest
from concurrent import futures

import grpc
import grpc.aio

from secure_token_client import SecureTokenClient
from secure_token_client.middleware import current_token, rules
from secure_token_client.middleware.grpc import AsyncTokenInterceptor, TokenInterceptor
from support import connect, connect_async

KINDS = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")


def rule(method: str, path: str) -> object:
    if path.endswith("/public"):
        return rules.PUBLIC
    return "read"


def user() -> bytes:
    return current_token()["user_id"].encode()


class Handlers(grpc.GenericRpcHandler):
    def service(self, details):
        kind = details.method.rsplit("/", 1)[1]
        if kind == "public":
            return grpc.unary_unary_rpc_method_handler(lambda request, context: b"anyone")

        def stream(request, context):
            yield user()

        behavior = stream if kind.endswith("_stream") else lambda request, context: user()
        return getattr(grpc, f"{kind}_rpc_method_handler")(behavior)


class AsyncHandlers(grpc.GenericRpcHandler):
    def service(self, details):
        kind = details.method.rsplit("/", 1)[1]

        async def single(request, context):
            return b"anyone" if kind == "public" else user()

        async def stream(request, context):
            yield user()

        async def writing(request, context):
            await context.write(user())

        if kind == "public":
            return grpc.unary_unary_rpc_method_handler(single)
        if kind == "writing":
            return grpc.unary_stream_rpc_method_handler(writing)
        behavior = stream if kind.endswith("_stream") else single
        return getattr(grpc, f"{kind}_rpc_method_handler")(behavior)


def call(channel: grpc.Channel, kind: str, token: object) -> bytes:
    metadata = [] if token is None else [("authorization", f"Bearer {token}")]
    shape = {"public": "unary_unary", "writing": "unary_stream"}.get(kind, kind)
    method = getattr(channel, shape)(f"/test.Service/{kind}")
    request = iter([b""]) if shape.startswith("stream") else b""
    response = method(request, metadata=metadata, timeout=5)
    return b"".join(response) if shape.endswith("_stream") else response


class Suite:
    """What both servers must do; `self.channel` is connected to one of them."""

    kinds = KINDS

    def check(self) -> None:
        with connect() as client:
            reader = client.generate_token("reader", ["read"])
            nobody = client.generate_token("nobody")
        for kind in self.kinds:
            with self.subTest(kind=kind):
                self.assertEqual(call(self.channel, kind, reader), b"reader")
                self.refused(kind, None, grpc.StatusCode.UNAUTHENTICATED)
                self.refused(kind, "broken", grpc.StatusCode.UNAUTHENTICATED)
                self.refused(kind, nobody, grpc.StatusCode.PERMISSION_DENIED)
        self.assertEqual(call(self.channel, "public", None), b"anyone")

    def refused(self, kind: str, token: object, code: grpc.StatusCode) -> None:
        with self.assertRaises(grpc.RpcError) as caught:
            call(self.channel, kind, token)
        self.assertEqual(caught.exception.code(), code)


class Sync(Suite, unittest.TestCase):
    def serve(self, client: SecureTokenClient) -> None:
        self.addCleanup(client.close)
        interceptor = TokenInterceptor(client, rule)
        server = grpc.server(futures.ThreadPoolExecutor(2), interceptors=[interceptor])
        server.add_generic_rpc_handlers([Handlers()])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        self.addCleanup(lambda: server.stop(0).wait())
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.addCleanup(self.channel.close)

    def test_all_kinds(self) -> None:
        self.serve(connect())
        self.check()

    def test_a_service_that_cannot_be_reached_opens_no_door(self) -> None:
        self.serve(SecureTokenClient("127.0.0.1:1"))
        self.refused("unary_unary", "token", grpc.StatusCode.UNAVAILABLE)


class Asyncio(Suite, unittest.IsolatedAsyncioTestCase):
    kinds = (*KINDS, "writing")

    async def test_all_kinds(self) -> None:
        import asyncio

        async with connect_async() as client:
            server = grpc.aio.server(interceptors=[AsyncTokenInterceptor(client, rule)])
            server.add_generic_rpc_handlers([AsyncHandlers()])
            port = server.add_insecure_port("127.0.0.1:0")
            await server.start()
            self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
            await asyncio.get_running_loop().run_in_executor(None, self.check)
            self.channel.close()
            await server.stop(0)
