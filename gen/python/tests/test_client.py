"""The client against a live server: the dictionaries and types that users of the original know."""

import asyncio
import json
import pickle
import socket
import unittest
from datetime import datetime, timedelta

import grpc

from secure_token_client import (
    InvalidTokenError,
    IssuedToken,
    PermissionDeniedError,
    SecureTokenClient,
    TokenError,
)
from support import connect, connect_async


class Results(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.client = connect()
        cls.addClassCleanup(cls.client.close)

    def test_a_new_token_is_a_text_with_its_claims(self) -> None:
        token = self.client.generate_token("user-1", ["read"], 12, {"role": "admin"})
        self.assertIsInstance(token, str)
        self.assertEqual(json.loads(json.dumps({"token": token})), {"token": str(token)})
        self.assertEqual(token.user_id, "user-1")
        self.assertEqual(token.permissions, ["read"])
        self.assertEqual(token.expires_at - token.issued_at, timedelta(hours=12))
        self.assertEqual(token.additional_data, {"role": "admin"})
        self.assertEqual(token.session_id, token.token_id)

    def test_a_new_token_can_be_pickled(self) -> None:
        token = self.client.generate_token("user-1")
        copy = pickle.loads(pickle.dumps(token))
        self.assertIsInstance(copy, IssuedToken)
        self.assertEqual((copy, copy.token_id), (token, token.token_id))

    def test_validate_token_gives_the_originals_dictionary(self) -> None:
        token = self.client.generate_token("user-1", ["read"], 1.5, {"n": 1, "x": 0.5})
        result = self.client.validate_token(token)
        original = {
            *("valid", "payload", "user_id", "permissions", "expires_at", "issued_at"),
            *("additional_data", "time_remaining"),
        }
        self.assertLessEqual(original, result.keys())
        self.assertIs(result["valid"], True)
        self.assertIsInstance(result["expires_at"], datetime)
        self.assertIsNone(result["expires_at"].tzinfo)
        self.assertEqual(result["expires_at"] - result["issued_at"], timedelta(hours=1.5))
        self.assertRegex(result["time_remaining"], r"^1:(30:00|29:5\d\.\d{6})$")
        self.assertEqual(
            list(result["payload"]),
            ["token_id", "user_id", "permissions", "issued_at", "expires_at", "additional_data"]
            + ["version"],
        )
        self.assertIs(type(result["additional_data"]["n"]), int)

    def test_get_token_info_gives_iso_texts(self) -> None:
        token = self.client.generate_token("user-1")
        info = self.client.get_token_info(token)
        self.assertEqual(datetime.fromisoformat(info["issued_at"]), token.issued_at)
        self.assertEqual(info["created_at"], info["issued_at"])
        self.assertIs(info["is_revoked"], False)
        json.dumps(info)

    def test_export_config_can_be_saved_and_holds_no_key(self) -> None:
        config = self.client.export_config()
        self.assertEqual(json.loads(json.dumps(config)), config)
        self.assertNotIn("secret_key_hash", config)
        self.assertRegex(config["key_id"], r"^[0-9a-f]{16}$")

    def test_permissions(self) -> None:
        token = self.client.generate_token("user-1", ["read"])
        self.assertIs(self.client.check_permission(token, "read"), True)
        asked = self.client.check_permissions(token, ["write", "read"])
        self.assertEqual(list(asked.items()), [("write", False), ("read", True)])
        with self.assertRaises(PermissionDeniedError) as caught:
            self.client.check_permission(token, "write")
        self.assertEqual(str(caught.exception), "Permission 'write' not granted")
        self.assertEqual(caught.exception.required_permission, "write")
        self.assertIsInstance(caught.exception.__cause__, grpc.RpcError)

    def test_a_batch_holds_claims_and_exceptions(self) -> None:
        token = self.client.generate_token("user-1")
        valid, invalid = self.client.batch_validate_tokens([token, "no token"])
        self.assertEqual(valid["token_id"], token.token_id)
        self.assertIsInstance(invalid, InvalidTokenError)

    def test_introspection_never_raises(self) -> None:
        found = self.client.introspect_token("no token")
        self.assertEqual(found, {"state": "INVALID", "claims": None, "key_id": ""})

    def test_an_error_never_holds_the_token(self) -> None:
        token = str(self.client.generate_token("user-1")) + "A"
        with self.assertRaises(TokenError) as caught:
            self.client.validate_token(token)
        self.assertNotIn(token[:20], repr(caught.exception) + repr(caught.exception.__cause__))

    def test_one_connection_serves_many_threads(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(8) as pool:
            tokens = list(pool.map(self.client.generate_token, map(str, range(50))))
            users = [it["user_id"] for it in pool.map(self.client.validate_token, tokens)]
        self.assertEqual(users, list(map(str, range(50))))


class Asyncio(unittest.IsolatedAsyncioTestCase):
    async def test_the_same_awaited(self) -> None:
        async with connect_async() as client:
            token = await client.generate_token("user-1", ["read"])
            results = await asyncio.gather(*(client.validate_token(token) for _ in range(20)))
            self.assertEqual({it["user_id"] for it in results}, {"user-1"})
            with self.assertRaises(PermissionDeniedError):
                await client.check_permission(token, "write")


class Edges(unittest.TestCase):
    def test_a_deadline_of_one_call(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:  # it never accepts
            target = f"127.0.0.1:{silent.getsockname()[1]}"
            with SecureTokenClient(target) as client, self.assertRaises(grpc.RpcError) as caught:
                client.export_config(timeout=0.1)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)

    def test_an_api_key_that_no_header_can_carry(self) -> None:
        for key in ("", "with space", "línea", "line\nfeed"):
            with self.subTest(key=key), self.assertRaises(ValueError):
                connect(api_key=key)

    def test_tls_to_a_plaintext_server_is_no_token_error(self) -> None:
        with connect(tls=True) as client, self.assertRaises(grpc.RpcError) as caught:
            client.export_config(timeout=2)
        self.assertNotIsInstance(caught.exception, TokenError)
