"""Calls that end without a fact about a token: what is tried again, and what each end is called."""

import asyncio
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from concurrent import futures

import grpc
from google.protobuf.any_pb2 import Any
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from secure_token_client import (
    AsyncSecureTokenClient,
    CallerRefusedError,
    RateExceededError,
    SecureTokenClient,
    ServiceUnavailableError,
    Tls,
    TokenError,
)
from secure_token_client.middleware import guard as guards
from secure_token_client.middleware.refusals import UNAVAILABLE
from secure_token_client.middleware.requirements import ANY_TOKEN
from securetoken.v1 import token_service_pb2 as pb
from securetoken.v1 import token_service_pb2_grpc

TLS = pathlib.Path(__file__).resolve().parents[3] / "test" / "conformance" / "tls"


def status(code: grpc.StatusCode, *details) -> tuple:
    packed = [Any() for _ in details]
    for into, detail in zip(packed, details):
        into.Pack(detail)
    message = Status(code=code.value[0], message="no", details=packed)
    return code, (("grpc-status-details-bin", message.SerializeToString()),)


def caller(reason: str, **metadata: str) -> ErrorInfo:
    return ErrorInfo(
        domain="securetoken.v1", reason=f"CALLER_ERROR_REASON_{reason}", metadata=metadata
    )


class Servicer(token_service_pb2_grpc.TokenServiceServicer):
    """Ends its calls with the given statuses in turn, then answers; keeps the credentials."""

    def __init__(self, *statuses) -> None:
        self.statuses, self.seen = list(statuses), []

    def ExportConfig(self, request, context):
        self.seen.append(dict(context.invocation_metadata()).get("authorization"))
        self.end(context)
        return pb.ExportConfigResponse(version="1.0")

    def ValidateToken(self, request, context):
        self.seen.append(None)
        self.end(context)
        return pb.ValidateTokenResponse()

    def RefreshToken(self, request, context):
        self.seen.append(None)
        self.end(context)
        return pb.RefreshTokenResponse(token="new")

    def end(self, context) -> None:
        if self.statuses:
            code, trailers = self.statuses.pop(0)
            context.set_trailing_metadata(trailers)
            context.abort(code, "no")


def serve(servicer: Servicer, address: str = "127.0.0.1:0", credentials=None) -> tuple:
    server = grpc.server(futures.ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
    token_service_pb2_grpc.add_TokenServiceServicer_to_server(servicer, server)
    add = server.add_insecure_port
    port = add(address) if credentials is None else server.add_secure_port(address, credentials)
    server.start()
    return server, f"127.0.0.1:{port}"


class Ends(unittest.TestCase):
    def client(self, *statuses, **options) -> SecureTokenClient:
        self.servicer = Servicer(*statuses)
        server, address = serve(self.servicer)
        self.addCleanup(lambda: server.stop(0).wait())
        client = SecureTokenClient(address, **options)
        self.addCleanup(client.close)
        return client

    def test_the_own_credential_is_refused(self) -> None:
        for code, reason in (
            (grpc.StatusCode.UNAUTHENTICATED, "UNKNOWN_CALLER"),
            (grpc.StatusCode.PERMISSION_DENIED, "GRANT_NOT_ALLOWED"),
        ):
            with self.subTest(reason=reason):
                told = caller(reason, field="permissions", permission="read")
                client = self.client(status(code, told))
                with self.assertRaises(CallerRefusedError) as caught:
                    client.export_config()
                error = caught.exception
                self.assertNotIsInstance(error, TokenError)
                self.assertIsInstance(error, grpc.RpcError)
                self.assertEqual((error.code(), error.reason), (code, reason))
                self.assertEqual(
                    (error.field, error.metadata), ("permissions", {"permission": "read"})
                )
                self.assertIsInstance(error.__cause__, grpc.RpcError)

    def test_a_key_that_was_rotated_meanwhile_is_shown(self) -> None:
        keys = iter(["old", "new", "new"])
        refused = status(grpc.StatusCode.UNAUTHENTICATED, caller("UNKNOWN_CALLER"))
        self.client(refused, api_key=lambda: next(keys)).export_config()
        self.assertEqual(self.servicer.seen, ["Bearer old", "Bearer new"])

    def test_a_key_file_that_is_gone_leaves_its_key_and_is_told(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = pathlib.Path(folder.name, "key")
        file.write_text("sesame")
        refused = status(grpc.StatusCode.UNAUTHENTICATED, caller("UNKNOWN_CALLER"))
        client = self.client(*[refused] * 4, api_key_file=file)

        def refusal() -> str:
            with self.assertRaises(CallerRefusedError) as caught:
                client.export_config()
            self.assertNotIn("sesame", f"{caught.exception!r} {caught.exception}")
            self.assertIn(caught.exception.details(), str(caught.exception))
            return caught.exception.details()

        self.assertNotIn("file", refusal())
        with self.assertLogs("secure_token_client", "WARNING") as logged:
            file.unlink()
            for _ in range(2):
                text = refusal()
                self.assertIn("api_key_file cannot be read", text)
                self.assertIn(str(file), text)
            file.write_text("")
            self.assertIn("is empty", refusal())
        file.write_text("right")
        client.export_config()
        self.assertEqual(self.servicer.seen, ["Bearer sesame"] * 5)
        self.assertEqual(len(logged.output), 2, logged.output)

    def test_the_rate_is_obeyed_within_the_deadline(self) -> None:
        delay = RetryInfo()
        delay.retry_delay.nanos = 20_000_000
        exceeded = status(grpc.StatusCode.RESOURCE_EXHAUSTED, caller("RATE_EXCEEDED"), delay)
        self.client(exceeded, exceeded).export_config()
        self.assertEqual(len(self.servicer.seen), 3)

    def test_guards_and_verifiers_wait_for_no_rate(self) -> None:
        delay = RetryInfo()
        delay.retry_delay.nanos = 1_000_000
        exceeded = status(grpc.StatusCode.RESOURCE_EXHAUSTED, caller("RATE_EXCEEDED"), delay)
        for watch in (False, True):
            with self.subTest(watch=watch):
                faults: list = []
                client = self.client(*[exceeded] * 3)
                guard = guards.Guard(client, guards.Faults(faults.append), watch=watch)
                refusal = guard.check(ANY_TOKEN, "token")
                self.assertEqual(refusal, UNAVAILABLE)
                self.assertIsInstance(faults[0], RateExceededError)
                self.assertEqual(len(self.servicer.seen), 1)
                if guard._verifier is not None:
                    guard._verifier.close()

    def test_guards_and_verifiers_wait_for_a_server_that_has_no_room(self) -> None:
        delay = RetryInfo()
        delay.retry_delay.nanos = 1_000_000
        full = status(grpc.StatusCode.RESOURCE_EXHAUSTED, delay)
        guard = guards.Guard(self.client(full, full), guards.Faults(lambda _: None))
        guard.check(ANY_TOKEN, "token")
        self.assertEqual(len(self.servicer.seen), 3)

    def test_a_rate_beyond_the_deadline_is_told(self) -> None:
        delay = RetryInfo()
        delay.retry_delay.seconds = 30
        exceeded = status(grpc.StatusCode.RESOURCE_EXHAUSTED, caller("RATE_EXCEEDED"), delay)
        with self.assertRaises(RateExceededError) as caught:
            self.client(exceeded).export_config()
        self.assertEqual((caught.exception.retry_after, len(self.servicer.seen)), (30, 1))

    def test_unavailable_is_tried_again(self) -> None:
        away = status(grpc.StatusCode.UNAVAILABLE)
        self.client(*[away] * 4).export_config()
        self.assertEqual(len(self.servicer.seen), 5)

    def test_a_refresh_that_may_have_been_served_is_not(self) -> None:
        away = status(grpc.StatusCode.UNAVAILABLE)
        with self.assertRaises(ServiceUnavailableError):
            self.client(away).refresh_token("token")
        self.assertEqual(len(self.servicer.seen), 1)

    def test_nobody_listens(self) -> None:
        with SecureTokenClient("127.0.0.1:1", timeout=0.3) as client:
            with self.assertRaises(ServiceUnavailableError) as caught:
                client.export_config()
        self.assertEqual(caught.exception.fault, "")


class Outages(unittest.IsolatedAsyncioTestCase):
    async def test_an_outage_within_the_deadline_is_bridged(self) -> None:
        server, address = serve(Servicer())
        with SecureTokenClient(address) as client:
            async with AsyncSecureTokenClient(address) as asynchronous:
                client.export_config()
                await asynchronous.export_config()
                server.stop(0).wait()
                back: list = []
                timer = threading.Timer(1, lambda: back.extend(serve(Servicer(), address)))
                timer.start()
                calls = [
                    asyncio.get_running_loop().run_in_executor(None, client.export_config),
                    asynchronous.export_config(),
                ]
                for answer in await asyncio.gather(*calls):
                    self.assertEqual(answer["version"], "1.0")
                timer.join()
                back[0].stop(0).wait()

    def test_an_address_that_went_silent_rests(self) -> None:
        script = (
            "import sys; sys.path.insert(0, sys.argv[1])\n"
            "from test_errors_of_calls import Servicer, serve\n"
            "server, address = serve(Servicer()); print(address, flush=True); sys.stdin.read()"
        )
        here = str(pathlib.Path(__file__).parent)
        process = subprocess.Popen(
            [sys.executable, "-c", script, here],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        first = process.stdout.readline().strip()
        servicer = Servicer()
        server, second = serve(servicer)
        self.addCleanup(lambda: server.stop(0).wait())
        with SecureTokenClient(f"ipv4:{first},{second}", timeout=5) as client:
            client.export_config()
            if servicer.seen:
                self.skipTest("the first address was slow to connect")
            client.export_config()  # and it stays where it is
            process.send_signal(signal.SIGSTOP)
            with self.assertRaises(grpc.RpcError) as caught:
                client.export_config(timeout=0.5)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
            for _ in range(10):
                self.assertEqual(client.export_config()["version"], "1.0")


class Faults(unittest.TestCase):
    def credentials(self, name: str, authority: bytes = b"") -> grpc.ServerCredentials:
        pair = [(self.pem(f"{name}-key"), self.pem(name))]
        return grpc.ssl_server_credentials(pair, authority or None, bool(authority))

    def pem(self, name: str) -> bytes:
        return (TLS / f"{name}.pem").read_bytes()

    def fault(self, address: str, tls: object) -> str:
        with SecureTokenClient(address, tls=tls) as client:
            with self.assertRaises(ServiceUnavailableError) as caught:
                client.export_config()
        return caught.exception.fault

    def test_what_trying_again_does_not_mend(self) -> None:
        tls = Tls(self.pem("ca"))
        for name, credentials, fault in (
            ("plaintext", None, "TLS_TO_PLAINTEXT"),
            ("authority", self.credentials("other-server"), "UNKNOWN_AUTHORITY"),
            ("name", self.credentials("other-name"), "CERTIFICATE_NAME"),
        ):
            with self.subTest(name=name):
                server, address = serve(Servicer(), credentials=credentials)
                self.assertEqual(self.fault(address, tls), fault)
                server.stop(0).wait()

    def test_plaintext_to_tls(self) -> None:
        server, address = serve(Servicer(), credentials=self.credentials("server"))
        self.addCleanup(lambda: server.stop(0).wait())
        self.assertEqual(self.fault(address, None), "PLAINTEXT_TO_TLS")

        async def ask() -> None:
            async with AsyncSecureTokenClient(address) as client:
                await client.export_config()

        with self.assertRaises(ServiceUnavailableError) as caught:
            asyncio.run(ask())
        self.assertEqual(caught.exception.fault, "PLAINTEXT_TO_TLS")

    def test_what_speaks_no_http_2(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=self.reply, args=(listener,), daemon=True).start()
            address = f"127.0.0.1:{listener.getsockname()[1]}"
            self.assertEqual(self.fault(address, None), "NOT_HTTP2")

    def reply(self, listener: socket.socket) -> None:
        with listener.accept()[0] as connection:
            connection.recv(100)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


class Loops(unittest.TestCase):
    def test_a_client_made_before_any_loop_serves_each(self) -> None:
        server, address = serve(Servicer())
        self.addCleanup(lambda: server.stop(0).wait())
        client = AsyncSecureTokenClient(address)

        async def ask() -> str:
            return (await client.export_config())["version"]

        self.assertEqual([asyncio.run(ask()), asyncio.run(ask())], ["1.0", "1.0"])
