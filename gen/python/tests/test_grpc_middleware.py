"""gRPC interceptors, sync and asyncio, for all four kinds of RPC."""

import unittest
from concurrent import futures

import grpc
import grpc.aio

from secure_token_client import SecureTokenClient, ServiceUnavailableError
from secure_token_client.middleware import (
    ANY_TOKEN,
    PUBLIC,
    NoRuleError,
    current_token,
    forward_metadata,
)
from secure_token_client.middleware.grpc import AsyncTokenInterceptor, TokenInterceptor
from securetoken.v1 import token_service_pb2
from support import connect, connect_async

KINDS = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")


RULES = {"/test.Service/public": PUBLIC, "/test.Service/": "read"}


def user() -> bytes:
    assert dict(forward_metadata())["authorization"].startswith("Bearer ")
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
                rows = [
                    (None, "UNAUTHENTICATED", "a bearer token is required", "Bearer"),
                    (
                        *("broken", "UNAUTHENTICATED", "the bearer token is not valid"),
                        'Bearer error="invalid_token"',
                    ),
                    (
                        *(nobody, "PERMISSION_DENIED", "a permission is missing"),
                        'Bearer error="insufficient_scope", scope="read"',
                    ),
                ]
                for token, code, message, challenge in rows:
                    error = self.refused(kind, token, grpc.StatusCode[code])
                    self.assertEqual(error.details(), message)
                    trailers = dict(error.trailing_metadata())
                    self.assertEqual(trailers["www-authenticate"], challenge)
        self.assertEqual(call(self.channel, "public", None), b"anyone")

    def refused(self, kind: str, token: object, code: grpc.StatusCode) -> grpc.RpcError:
        with self.assertRaises(grpc.RpcError) as caught:
            call(self.channel, kind, token)
        self.assertEqual(caught.exception.code(), code)
        return caught.exception


class Sync(Suite, unittest.TestCase):
    def serve(self, client: SecureTokenClient, rules: object = RULES, **options) -> None:
        self.addCleanup(client.close)
        interceptor = TokenInterceptor(client, rules, **options)
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
        faults: list = []
        self.serve(SecureTokenClient("127.0.0.1:1", timeout=0.3), on_fault=faults.append)
        self.refused("unary_unary", "token", grpc.StatusCode.UNAVAILABLE)
        self.assertIsInstance(faults[0], ServiceUnavailableError)

    def test_what_no_rule_names_is_refused_and_told(self) -> None:
        faults: list = []
        self.serve(connect(), {"/other.Service/": ANY_TOKEN}, on_fault=faults.append)
        self.refused("public", None, grpc.StatusCode.PERMISSION_DENIED)
        self.assertIsInstance(faults[0], NoRuleError)

    def test_a_status_of_the_programs_own(self) -> None:
        told = (grpc.StatusCode.NOT_FOUND, "nothing here")
        self.serve(connect(), on_refusal=lambda refusal: told)
        error = self.refused("unary_unary", None, grpc.StatusCode.NOT_FOUND)
        self.assertEqual(error.details(), "nothing here")

    def test_one_that_fails_opens_no_door(self) -> None:
        for answer in (None, (grpc.StatusCode.OK, "")):
            with self.subTest(answer=answer):
                self.serve(connect(), on_refusal=lambda refusal: answer, on_fault=lambda _: None)  # noqa: B023
                self.refused("unary_unary", None, grpc.StatusCode.UNAUTHENTICATED)


class Rules(unittest.TestCase):
    def test_what_cannot_work_is_refused_when_the_interceptor_is_made(self) -> None:
        client = connect()
        self.addCleanup(client.close)
        for rules in (
            *({}, None, [], "", {"test.Service/List": "read"}, {"/test.Service": "read"}),
            *({"/test.Service/": None}, {"/test.Service/": []}, {"/test.Service/*": "read"}),
        ):
            with self.subTest(rules=rules), self.assertRaises(ValueError):
                TokenInterceptor(client, rules)
        with self.assertRaises(TypeError):
            TokenInterceptor(None, RULES)

    def test_rules_are_checked_against_services(self) -> None:
        service = token_service_pb2.DESCRIPTOR.services_by_name["TokenService"]
        prefix = "/securetoken.v1.TokenService/"
        client = connect()
        self.addCleanup(client.close)
        TokenInterceptor(client, {prefix: "a", f"{prefix}ExportConfig": "b"}).check(service)
        for rule in (f"{prefix}ExportConfg", "/securetoken.v1.TokenServise/"):
            with self.subTest(rule=rule), self.assertRaises(ValueError):
                TokenInterceptor(client, {rule: "read"}).check(service)


class Asyncio(Suite, unittest.IsolatedAsyncioTestCase):
    kinds = (*KINDS, "writing")

    async def test_all_kinds(self) -> None:
        import asyncio

        async with connect_async() as client:
            server = grpc.aio.server(interceptors=[AsyncTokenInterceptor(client, RULES)])
            server.add_generic_rpc_handlers([AsyncHandlers()])
            port = server.add_insecure_port("127.0.0.1:0")
            await server.start()
            self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
            await asyncio.get_running_loop().run_in_executor(None, self.check)
            self.channel.close()
            await server.stop(0)
