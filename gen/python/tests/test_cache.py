"""Kept answers: only valid ones, for a few seconds, never beyond expiry, never the token."""

import unittest

from secure_token_client import InvalidTokenError, ValidationCache
from securetoken.v1 import token_service_pb2 as pb
from support import connect, connect_async


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def answer(seconds: int, token_id: str = "id") -> pb.ValidateTokenResponse:
    message = pb.ValidateTokenResponse(valid=True, token_id=token_id)
    message.issued_at.seconds = message.expires_at.seconds = 1
    message.time_remaining.seconds = seconds
    return message


class Cache(unittest.TestCase):
    def setUp(self) -> None:
        self.clock, self.wall = Clock(), Clock()
        self.cache = ValidationCache(5, 2, clock=self.clock, wall_clock=self.wall)

    def test_an_answer_ages(self) -> None:
        self.cache.put("token", answer(60), self.cache.now())
        self.clock.now += 4
        self.assertEqual(self.cache.get("token")["time_remaining"], "0:00:56")
        self.clock.now += 1
        self.assertIsNone(self.cache.get("token"))

    def test_it_ages_while_the_machine_sleeps(self) -> None:
        self.cache.put("token", answer(60), self.cache.now())
        self.wall.now += 6
        self.assertIsNone(self.cache.get("token"))

    def test_a_clock_that_is_set_back_keeps_nothing_alive(self) -> None:
        self.cache.put("token", answer(60), self.cache.now())
        self.wall.now -= 3600
        self.assertIsNotNone(self.cache.get("token"))
        self.clock.now += 6
        self.assertIsNone(self.cache.get("token"))

    def test_never_beyond_expiry(self) -> None:
        self.cache.put("token", answer(2), self.cache.now())
        self.clock.now += 2
        self.assertIsNone(self.cache.get("token"))

    def test_the_least_recently_used_gives_way(self) -> None:
        for name in ("a", "b"):
            self.cache.put(name, answer(60, name), self.cache.now())
        self.cache.get("a")
        self.cache.put("c", answer(60), self.cache.now())
        self.assertIsNone(self.cache.get("b"))
        self.assertEqual(self.cache.get("a")["token_id"], "a")

    def test_it_holds_no_token(self) -> None:
        self.cache.put("the-token-itself", answer(60), self.cache.now())
        self.assertNotIn("the-token-itself", repr(vars(self.cache)))

    def test_what_is_changed_outside_stays_outside(self) -> None:
        self.cache.put("token", answer(60), self.cache.now())
        self.cache.get("token")["permissions"].append("admin")
        self.assertEqual(self.cache.get("token")["permissions"], [])

    def test_off_unless_asked_for(self) -> None:
        off = ValidationCache(0)
        off.put("token", answer(60), off.now())
        self.assertIsNone(off.get("token"))

    def test_bounds(self) -> None:
        for seconds, size in ((-1, 1), (61, 1), (1, 0)):
            with self.assertRaises(ValueError):
                ValidationCache(seconds, size)


class WithClient(unittest.IsolatedAsyncioTestCase):
    def test_a_second_answer_needs_no_server(self) -> None:
        client = connect(cache=ValidationCache(30))
        token = client.generate_token("user-1")
        first = client.validate_token(token)
        with self.assertRaises(InvalidTokenError):
            client.validate_token(token + "A")
        client.close()
        again = client.validate_token(token)
        self.assertEqual(again["token_id"], first["token_id"])
        with self.assertRaises(ValueError):  # the client is closed
            client.validate_token(token + "A")

    async def test_the_same_with_asyncio(self) -> None:
        client = connect_async(cache=ValidationCache(30))
        token = await client.generate_token("user-1")
        await client.validate_token(token)
        await client.close()
        self.assertEqual((await client.validate_token(token))["user_id"], "user-1")
