"""A process that is stopped, as by a debugger, a container's pause or a closed lid, and goes on."""

import signal
import subprocess
import sys
import time
import unittest
from collections.abc import Iterator
from concurrent import futures
from datetime import timedelta
from pathlib import Path

import grpc

from secure_token_client.testing.servicer import Servicer
from secure_token_client.testing.tokens import Tokens
from securetoken.v1 import token_service_pb2 as pb
from securetoken.v1.token_service_pb2_grpc import add_TokenServiceServicer_to_server


class Service(Servicer):
    """Tells in each checkpoint how long the feed has been open, as the service does."""

    def WatchRevocations(self, request, context) -> Iterator[pb.WatchRevocationsResponse]:
        began = time.monotonic()
        for event in super().WatchRevocations(request, context):
            if event.HasField("checkpoint"):
                uptime = time.monotonic() - began
                event.checkpoint.uptime.FromNanoseconds(int(uptime * 1e9))
            yield event


@unittest.skipUnless(hasattr(signal, "SIGSTOP"), "the system stops no processes")
class Stopped(unittest.TestCase):
    def setUp(self) -> None:
        self.tokens = Tokens()
        self.service = Service(self.tokens)
        server = grpc.server(futures.ThreadPoolExecutor(8))
        add_TokenServiceServicer_to_server(self.service, server)
        self.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        self.addCleanup(lambda: server.stop(0).wait())
        self.addCleanup(self.service.end)

    def test_nothing_is_let_through_that_was_revoked_meanwhile(self) -> None:
        """A checkpoint of each second waits to be read; none may be taken for new."""
        for kind in ("sync", "asyncio"):
            with self.subTest(kind):
                token, _ = self.tokens.issue("user-1", [], timedelta(hours=1))
                program = Path(__file__).parent / "stopped_process.py"
                with subprocess.Popen(
                    [sys.executable, program, self.address, token, kind],
                    stdout=subprocess.PIPE,
                    text=True,
                ) as process:
                    self.addCleanup(process.kill)
                    assert process.stdout is not None
                    self.assertEqual(process.stdout.readline(), "hits\n")
                    process.send_signal(signal.SIGSTOP)
                    time.sleep(2)  # checkpoints come before the revocation, and are read first
                    self.tokens.revoke(pb.RevocationTarget(token=token))
                    self.service.changed()
                    time.sleep(6)
                    process.send_signal(signal.SIGCONT)
                    self.assertEqual(process.stdout.readline(), "accepted 0\n")
