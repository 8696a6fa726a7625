"""What a client is told of its server: refused at once, by name, where it cannot work."""

import os
import pathlib
import tempfile
import unittest

import grpc

from secure_token_client import CallError, SecureTokenClient, Tls
from secure_token_client.api_key import _FileKey, key_source
from secure_token_client.target import parse_target
from support import TARGET

TLS = pathlib.Path(__file__).resolve().parents[3] / "test" / "conformance" / "tls"


class Targets(unittest.TestCase):
    def test_what_is_accepted(self) -> None:
        for address, target, scheme, is_local in (
            ("127.0.0.1:8080", "dns:///127.0.0.1:8080", None, True),
            ("http://127.0.0.1:8080", "dns:///127.0.0.1:8080", "http", True),
            ("HTTP://localhost:8080/", "dns:///localhost:8080", "http", True),
            ("http://tokens.example.com", "dns:///tokens.example.com:80", "http", False),
            ("https://tokens.example.com", "dns:///tokens.example.com:443", "https", False),
            ("[::1]:8080", "dns:///[::1]:8080", None, True),
            ("https://[::1]:8080", "dns:///[::1]:8080", "https", True),
            ("unix:80", "dns:///unix:80", None, False),
            ("dns:///tokens.internal:8080", "dns:///tokens.internal:8080", None, False),
            ("ipv4:127.0.0.1:1,127.0.0.1:2", "ipv4:127.0.0.1:1,127.0.0.1:2", None, True),
            ("ipv4:127.0.0.1:1,10.0.0.1:2", "ipv4:127.0.0.1:1,10.0.0.1:2", None, False),
            ("dns:///localhost:8080", "dns:///localhost:8080", None, True),
            ("dns:localhost:8080", "dns:localhost:8080", None, True),
            ("dns://10.0.0.53/localhost:80", "dns://10.0.0.53/localhost:80", None, False),
            ("dns:///10.0.0.1?x.localhost:80", "dns:///10.0.0.1?x.localhost:80", None, False),
            ("xds:///localhost", "xds:///localhost", None, False),
            ("xds:localhost:8080", "xds:localhost:8080", None, False),
            ("unix:/run/tokens", "unix:/run/tokens", None, True),
        ):
            with self.subTest(address=address):
                self.assertEqual(parse_target(address)[:3], (target, scheme, is_local))

    def test_what_is_refused(self) -> None:
        for address in (
            *("", None, 8080, "tokens.example.com", "tokens.example.com:", ":8080", "a:0", "::1"),
            *("a:65536", "a:²", "a b:1", "ftp://a:1", "http://", "http://a:b", "https://a/path"),
            *("http://user:secret@a:1", "https://a?b", "http://a:1#b", "::1:8080"),
        ):
            with self.subTest(address=address), self.assertRaisesRegex(ValueError, "target") as it:
                SecureTokenClient(address)
            self.assertNotIn("secret", str(it.exception))

    def test_a_bare_host_is_told_what_to_write(self) -> None:
        with self.assertRaisesRegex(ValueError, "host:port"):
            SecureTokenClient("tokens.example.com")

    def test_a_list_of_addresses_asks_for_the_first(self) -> None:
        host, _, port = TARGET.rpartition(":")
        for target in (f"ipv4:{host}:{port},127.0.0.1:1", f"ipv4:127.0.0.1:1,{host}:{port}"):
            with self.subTest(target=target), SecureTokenClient(target) as client:
                self.assertEqual(client.export_config()["version"], "1.0")


class Options(unittest.TestCase):
    def test_timeouts(self) -> None:
        for timeout in (0, -1, 60.1, 90, float("nan"), float("inf"), True, "5"):
            with self.subTest(timeout=timeout), self.assertRaisesRegex(ValueError, "timeout"):
                SecureTokenClient("127.0.0.1:1", timeout=timeout)
            with SecureTokenClient("127.0.0.1:1") as client:
                with self.subTest(call=timeout), self.assertRaisesRegex(ValueError, "timeout"):
                    client.validate_token("token", timeout=timeout)

    def test_the_longest_timeout_is_one_that_the_server_takes(self) -> None:
        target = os.environ.get("SECURE_TOKEN_TARGET", "127.0.0.1:8080")
        with SecureTokenClient(target, timeout=60) as client:
            self.assertEqual(client.export_config()["version"], "1.0")

    def test_a_key_in_the_clear(self) -> None:
        for target in ("http://tokens.example.com", "tokens.example.com:80", "dns:///a:80"):
            with self.subTest(target=target), self.assertRaisesRegex(ValueError, "api_key"):
                SecureTokenClient(target, api_key="key")
            SecureTokenClient(target, api_key="key", insecure=True).close()
        SecureTokenClient("http://localhost:80", api_key="key").close()
        SecureTokenClient("https://tokens.example.com", api_key="key").close()

    def test_tls_and_the_scheme_agree(self) -> None:
        for target, tls in (("http://a", True), ("https://a", False), ("a:1", "yes")):
            with self.subTest(target=target), self.assertRaisesRegex(ValueError, "tls"):
                SecureTokenClient(target, tls=tls)

    def test_certificates_are_pem(self) -> None:
        key, certificate = b"-----BEGIN PRIVATE KEY-----", (TLS / "client.pem").read_bytes()
        Tls(certificate, key, certificate)
        Tls("# Prüfstelle\r\n".encode() + certificate * 2)
        halved = b"".join(certificate.splitlines(True)[:4]) + b"-----END CERTIFICATE-----\n"
        for options in (
            {"root_certificates": b"hello"},
            {"root_certificates": b""},
            {"root_certificates": key},
            {"private_key": key},
            {"private_key": certificate, "certificate_chain": certificate},
            {"private_key": key, "certificate_chain": key},
            {"root_certificates": halved},
            {"root_certificates": certificate + halved},
            {"private_key": key, "certificate_chain": halved},
        ):
            with self.subTest(options=options):
                with self.assertRaisesRegex(ValueError, "Tls: [a-z_]+ ") as caught:
                    Tls(**options)
                self.assertNotIn("BEGIN", str(caught.exception))


class ApiKeys(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name, "key")

    def test_bad_keys_are_named_and_not_shown(self) -> None:
        for key in ("", "with space", "ключ", "line\nbreak", 7, "k" * 5000):
            with self.subTest(key=key), self.assertRaisesRegex(ValueError, "api_key") as caught:
                SecureTokenClient("127.0.0.1:1", api_key=key)
            self.assertNotIn("with space", str(caught.exception))

    def test_a_file_is_read_again(self) -> None:
        self.file.write_text("first\n")
        now = [0.0]
        source = _FileKey(self.file, clock=lambda: now[0])
        self.file.write_text("second\n")
        self.assertEqual(source(), "first")
        self.assertEqual(source(renewed=True), "second")
        self.file.write_text("")  # being written
        now[0] = 5
        self.assertEqual(source(), "second")
        self.file.write_text("third")
        now[0] = 7
        self.assertEqual(source(), "third")

    def test_a_file_that_is_not_there(self) -> None:
        with self.assertRaisesRegex(ValueError, "api_key_file"):
            SecureTokenClient("127.0.0.1:1", api_key_file=self.file)
        self.file.write_text("key")
        with self.assertRaisesRegex(ValueError, "both"):
            key_source("key", self.file)

    def test_only_a_small_regular_file_is_read(self) -> None:
        self.file.write_text("k" * 4096 + "\r\n")
        self.assertEqual(_FileKey(self.file)(), "k" * 4096)
        long, pipe = self.file.with_name("long"), self.file.with_name("pipe")
        long.write_text("k" + "\n" * 4098)
        os.mkfifo(pipe)  # opening it would wait for its writer
        for path in (long, pipe, pathlib.Path(os.devnull), pathlib.Path("/dev/zero")):
            rule = f"api_key_file {path} must be a regular file of at most 4098 bytes"
            with self.subTest(path=path), self.assertRaisesRegex(ValueError, rule):
                SecureTokenClient("127.0.0.1:1", api_key_file=path)

    def test_a_function_that_gives_no_key_says_so(self) -> None:
        with SecureTokenClient("127.0.0.1:1", api_key=lambda: "") as client:
            with self.assertRaises(CallError) as caught:
                client.export_config()
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAUTHENTICATED)
