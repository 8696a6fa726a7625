"""The hook of calls, which a client tells of each call once, and that of a cache."""

import asyncio
import unittest

import grpc

from secure_token_client import (
    AsyncSecureTokenClient,
    EndedCall,
    SecureTokenClient,
    TokenError,
    ValidationCache,
)
from secure_token_client.testing import TokenServiceStandIn


def fail(*_: object) -> None:
    raise RuntimeError("the hook's own")


def names(told: list[EndedCall]) -> list[str]:
    return [f"{call.method} {call.code}" for call in told]


class Hook(unittest.TestCase):
    def setUp(self) -> None:
        self.service = TokenServiceStandIn()
        self.addCleanup(self.service.close)
        self.token = self.service.issue("ada", ["read"])
        self.told: list[EndedCall] = []

    def test_it_is_told_of_each_call_once(self) -> None:
        client = SecureTokenClient(self.service.address, on_call=self.told.append, timeout=50)
        with client:
            client.validate_token(self.token)
            with self.assertRaises(TokenError):
                client.check_permission(self.token, "write")
            with self.assertRaises(TokenError):
                client.validate_token("no token")
            self.service.go_away()
            with self.assertRaises(grpc.RpcError) as gone:  # tried again until its deadline
                client.validate_token(self.token, timeout=0.3)
        self.assertEqual(
            names(self.told),
            [
                "ValidateToken OK",
                "CheckPermission PERMISSION_DENIED",
                "ValidateToken UNAUTHENTICATED",
                f"ValidateToken {gone.exception.code().name}",
            ],
        )
        self.assertTrue(all(call.seconds > 0 for call in self.told))
        self.assertNotIn(self.token, repr(self.told))

    def test_asyncio_too(self) -> None:
        async def calls() -> None:
            async with AsyncSecureTokenClient(
                self.service.address, on_call=self.told.append
            ) as client:
                await client.validate_token(self.token)
                with self.assertRaises(TokenError):
                    await client.validate_token("no token")

        asyncio.run(calls())
        self.assertEqual(names(self.told), ["ValidateToken OK", "ValidateToken UNAUTHENTICATED"])

    def test_one_that_raises_changes_nothing(self) -> None:
        with SecureTokenClient(self.service.address, on_call=fail) as client:
            with self.assertLogs("secure_token_client", "ERROR"):
                self.assertTrue(client.validate_token(self.token)["valid"])
        with self.assertRaisesRegex(ValueError, "on_call"):
            SecureTokenClient("localhost:1", on_call="x")

    def test_a_cache_tells_of_hits(self) -> None:
        hits: list[None] = []
        cache = ValidationCache(5, on_hit=lambda: hits.append(None))
        with SecureTokenClient(self.service.address, cache=cache) as client:
            for _ in range(3):
                client.validate_token(self.token)
        self.assertEqual((len(hits), self.service.calls), (2, ["ValidateToken"]))


if __name__ == "__main__":
    unittest.main()
