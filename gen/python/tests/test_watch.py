"""Watched verification against a service in memory: sync and asyncio alike."""

import asyncio
import functools
import threading
import unittest
from datetime import timedelta

import grpc

from secure_token_client import (
    AsyncSecureTokenClient,
    AsyncWatchedVerifier,
    InvalidTokenError,
    PermissionDeniedError,
    SecureTokenClient,
    TokenError,
    TokenExpiredError,
    WatchedVerifier,
    WatchObserver,
)
from secure_token_client.testing import TokenServiceStandIn
from secure_token_client.watch import Clocks


class Heard(WatchObserver):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.events: list = []

    def hit(self) -> None:
        self.events.append("hit")

    def miss(self) -> None:
        self.events.append("miss")

    def refused(self, reason: str) -> None:
        self.events.append(f"refused {reason}")

    def stale(self, seconds: float) -> None:
        self.events.append("stale")

    def connected(self) -> None:
        self.events.append("connected")

    def disconnected(self, cause: Exception) -> None:
        self.events.append("disconnected")


class Sync:
    """The synchronous verifier behind the methods that the suite awaits."""

    def __init__(self, address: str, **options) -> None:
        self.client = SecureTokenClient(address, timeout=1)
        self.verifier = WatchedVerifier(self.client, **options)

    async def __aenter__(self):
        self.verifier.start()
        return self

    async def __aexit__(self, *_) -> None:
        self.verifier.close()
        self.client.close()

    @property
    def state(self):
        return self.verifier.state

    async def verify(self, *arguments):
        call = functools.partial(self.verifier.verify, *arguments)
        return await asyncio.get_running_loop().run_in_executor(None, call)

    async def check_permission(self, *arguments):
        return self.client.check_permission(*arguments)


class Async:
    """The same for asyncio."""

    def __init__(self, address: str, **options) -> None:
        self.client = AsyncSecureTokenClient(address, timeout=1)
        self.verifier = AsyncWatchedVerifier(self.client, **options)
        self.verify = self.verifier.verify
        self.check_permission = self.client.check_permission

    async def __aenter__(self):
        await self.verifier.start()
        return self

    async def __aexit__(self, *_) -> None:
        await self.verifier.close()
        await self.client.close()

    @property
    def state(self):
        return self.verifier.state


async def until(condition) -> None:
    while not condition():
        await asyncio.sleep(0.005)


class Suite:
    kind: type

    def setUp(self) -> None:
        self.service = TokenServiceStandIn()
        self.addCleanup(self.service.close)
        self.monotonic, self.wall = 0.0, 1_000_000.0
        self.heard = Heard()

    def watched(self, **options):
        clocks = Clocks(lambda: self.monotonic, lambda: self.wall)
        return self.kind(self.service.address, clocks=clocks, observer=self.heard, **options)

    async def refused(self, error: type, watched, *arguments) -> Exception:
        with self.assertRaises(error) as caught:
            await watched.verify(*arguments)
        return caught.exception

    async def test_a_token_is_asked_for_once(self) -> None:
        token = self.service.issue("user-1", ["read"])
        async with self.watched() as watched:
            await until(lambda: watched.state.is_ready and self.heard.events)
            first = await watched.verify(token)
            self.monotonic += 1
            again = await watched.verify(token, "read")
        self.assertEqual(again["user_id"], "user-1")
        self.assertEqual({**first, "time_remaining": again["time_remaining"]}, again)
        self.assertNotEqual(first["time_remaining"], again["time_remaining"])
        self.assertEqual(self.service.calls, ["WatchRevocations", "ValidateToken"])
        self.assertEqual(self.heard.events, ["connected", "miss", "hit"])

    async def test_a_missing_permission_is_the_error_of_the_service(self) -> None:
        token = self.service.issue("user-1", ["read"])
        async with self.watched() as watched:
            with self.assertRaises(PermissionDeniedError) as told:
                await watched.check_permission(token, "write")
            own = await self.refused(PermissionDeniedError, watched, token, "write")
            self.assertEqual((str(own), vars(own)), (str(told.exception), vars(told.exception)))
            await self.refused(TokenError, watched, token, "\ud800")
            await self.refused(InvalidTokenError, watched, None, "read")

    async def test_revocations_are_applied_to_what_is_kept(self) -> None:
        first, second, third = (self.service.issue(f"user-{i}") for i in range(3))
        async with self.watched() as watched:
            session = (await watched.verify(second))["session_id"]
            await watched.verify(first)
            await watched.verify(third)
            self.service.revoke(first)
            self.service.revoke_session(session)
            self.service.revoke_user("user-2")
            await until(lambda: watched.state.live == 3)
            asked = len(self.service.calls)
            for token in (first, second, third):
                error = await self.refused(InvalidTokenError, watched, token)
                self.assertEqual(
                    (error.reason, str(error)), ("TOKEN_REVOKED", "Token has been revoked")
                )
            self.assertEqual(len(self.service.calls), asked)

    async def test_a_service_that_is_away_is_missed_beyond_the_bound_alone(self) -> None:
        token = self.service.issue("user-1")
        async with self.watched() as watched:
            await until(lambda: watched.state.is_ready)
            await watched.verify(token)
            self.service.go_away()
            # Nothing of the feed is on its way any more, which a clock that moved would make fresh.
            await until(lambda: "disconnected" in self.heard.events)
            self.monotonic += 9
            await watched.verify(token)
            await until(lambda: "stale" in self.heard.events)
            self.monotonic += 2
            error = await self.refused(grpc.RpcError, watched, token)
            self.assertIs(error.code(), grpc.StatusCode.UNAVAILABLE)
            self.assertIn("refused UNAVAILABLE", self.heard.events)
            self.service.come_back()
            await until(lambda: watched.state.staleness == 0)
            await watched.verify(token)
        self.assertEqual(self.heard.events.count("stale"), 1)

    async def test_a_token_is_never_believed_beyond_its_expiry(self) -> None:
        token = self.service.issue("user-1", expires_in=timedelta(seconds=5))
        async with self.watched() as watched:
            await watched.verify(token)
            self.service.advance(timedelta(seconds=6))
            self.wall += 6
            await self.refused(TokenExpiredError, watched, token)
            self.assertEqual(watched.state.entries, 0)

    async def test_first_sights_go_together(self) -> None:
        tokens = [self.service.issue(f"user-{i}") for i in range(20)]
        async with self.watched() as watched:
            await until(lambda: watched.state.is_ready)
            answers = await asyncio.gather(
                *(watched.verify(it) for it in [*tokens, "no", tokens[0]]), return_exceptions=True
            )
        self.assertIsInstance(answers.pop(20), InvalidTokenError)
        self.assertEqual(
            [it["user_id"] for it in answers], [f"user-{i}" for i in range(20)] + ["user-0"]
        )
        self.assertLess(len(self.service.calls), 20)
        self.assertIn("BatchValidateTokens", self.service.calls)

    async def test_the_least_recently_used_gives_way(self) -> None:
        first, second = self.service.issue("user-1"), self.service.issue("user-2")
        async with self.watched(max_entries=1) as watched:
            for token in (first, second, first):
                await watched.verify(token)
            self.assertEqual(watched.state.entries, 1)
        self.assertEqual(self.service.calls.count("ValidateToken"), 3)

    async def test_what_an_observer_raises_changes_nothing(self) -> None:
        def broken() -> None:
            raise RuntimeError("broken")

        self.heard.hit = self.heard.miss = broken
        token = self.service.issue("user-1")
        async with self.watched() as watched:
            with self.assertLogs("secure_token_client.watch", "ERROR"):
                await watched.verify(token)

    async def test_no_token_is_kept(self) -> None:
        token = self.service.issue("user-1")
        async with self.watched() as watched:
            await watched.verify(token)
            core = watched.verifier._core if self.kind is Sync else watched.verifier._watch().core
            self.assertNotIn(token, repr(core._answers._kept))
            self.assertEqual(len(core._answers), 1)

    def test_arguments_are_checked(self) -> None:
        rows = [
            {"max_staleness": 0.9},
            {"max_staleness": 301},
            {"max_staleness": float("nan")},
            {"max_staleness": True},
            {"max_entries": 0},
            {"max_entries": 10_000_001},
            {"max_bytes": 1_048_575},
            {"observer": object()},
        ]
        for options in rows:
            with self.assertRaisesRegex(ValueError, next(iter(options))):
                self.kind(self.service.address, **options)


class WithThreads(Suite, unittest.IsolatedAsyncioTestCase):
    kind = Sync

    async def test_no_thread_is_left(self) -> None:
        async with self.watched() as watched:
            await until(lambda: watched.state.is_ready)
        with self.assertRaises(ValueError):
            watched.verifier.start()
        names = [thread.name for thread in threading.enumerate()]
        self.assertFalse([name for name in names if name.startswith("secure-token")])

    def test_the_feed_ends_with_the_client(self) -> None:
        client = SecureTokenClient(self.service.address)
        verifier = WatchedVerifier(client)
        verifier.start()
        threads = list(verifier._threads)
        client.close()
        for thread in threads:
            thread.join(10)
            self.assertFalse(thread.is_alive())


class WithAsyncio(Suite, unittest.IsolatedAsyncioTestCase):
    kind = Async

    async def test_no_task_is_left(self) -> None:
        before = asyncio.all_tasks()
        async with self.watched() as watched:
            await until(lambda: watched.state.is_ready)
        await until(lambda: asyncio.all_tasks() == before)  # gRPC's own end a moment later

    async def test_a_request_that_is_cancelled_ends_no_other(self) -> None:
        token = self.service.issue("user-1")
        async with self.watched() as watched:
            first = asyncio.ensure_future(watched.verify(token))
            second = asyncio.ensure_future(watched.verify(token))
            await asyncio.sleep(0)
            first.cancel()
            self.assertEqual((await second)["user_id"], "user-1")
