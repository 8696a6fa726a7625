"""A server on this machine is dialled as it is, whatever proxy the environment names."""

import os
import pathlib
import socket
import tempfile
import threading
import unittest
from unittest import mock

from secure_token_client import AsyncSecureTokenClient, SecureTokenClient
from support import TARGET

PROXIES = ("http_proxy", "https_proxy", "grpc_proxy", "all_proxy")
NOBODY = "http://127.0.0.1:1"
HOST, _, PORT = TARGET.rpartition(":")


def forward(listener: socket.socket) -> None:
    """Joins every connection with the server, until the listener is closed."""

    def copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side is gone

    def accept() -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection((HOST, int(PORT)))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=copy, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


class Proxies(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        names = [*PROXIES, *(name.upper() for name in PROXIES)]
        environment = mock.patch.dict(os.environ, dict.fromkeys(names, NOBODY))
        environment.start()
        self.addCleanup(environment.stop)
        for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
            os.environ.pop(name, None)

    def ask(self, target: str) -> None:
        with SecureTokenClient(target) as client:
            self.assertEqual(client.export_config()["version"], "1.0")

    def listen(self, family: socket.AddressFamily, address: object) -> socket.socket:
        listener = socket.socket(family)
        self.addCleanup(listener.close)
        listener.bind(address)
        listener.listen()
        forward(listener)
        return listener

    async def test_loopback(self) -> None:
        for target in (
            f"127.0.0.1:{PORT}",
            f"http://127.0.0.1:{PORT}",
            f"HTTP://127.0.0.1:{PORT}/",
            f"localhost:{PORT}",
            f"http://localhost:{PORT}",
            f"dns:///localhost:{PORT}",
            f"ipv4:127.0.0.1:{PORT}",
        ):
            with self.subTest(target=target):
                self.ask(target)
                async with AsyncSecureTokenClient(target) as client:
                    self.assertEqual((await client.export_config())["version"], "1.0")

    def test_loopback_of_ipv6(self) -> None:
        try:
            listener = self.listen(socket.AF_INET6, ("::1", 0))
        except OSError:
            self.skipTest("there is no IPv6 here")
        port = listener.getsockname()[1]
        for target in (f"[::1]:{port}", f"http://[::1]:{port}", f"ipv6:[::1]:{port}"):
            with self.subTest(target=target):
                self.ask(target)

    @unittest.skipUnless(hasattr(socket, "AF_UNIX"), "there are no Unix sockets here")
    def test_a_unix_socket(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder, "server.sock"))
            self.listen(socket.AF_UNIX, path)
            for target in (f"unix:{path}", f"unix://{path}"):
                with self.subTest(target=target):
                    self.ask(target)


if __name__ == "__main__":
    unittest.main()
