"""Threads that wait for one call: what ends it for its maker ends no other's wait."""

import threading
import time
import unittest

import grpc

from secure_token_client.call_errors import CallError
from secure_token_client.watch.answers import digest_of
from secure_token_client.watch.clocks import system_clocks
from secure_token_client.watch.core import WatchCore
from secure_token_client.watch.misses import Misses
from secure_token_client.watch.options import Limits, Telling
from securetoken.v1 import token_service_pb2 as pb


class MissesTest(unittest.TestCase):
    def setUp(self) -> None:
        core = WatchCore(Limits(10.0, 100, 1 << 20), system_clocks(), Telling(None))
        self.misses = Misses(core, self.call)
        self.calls = 0
        self.has_joined = threading.Event()
        self.first_end: BaseException = AssertionError()
        self.outcomes: dict[str, object] = {}

    def call(self, call, timeout: float) -> pb.ValidateTokenResponse:
        """The first ends once another thread has joined it."""
        self.calls += 1
        if self.calls == 1:
            self.has_joined.wait()
            raise self.first_end
        answer = pb.ValidateTokenResponse(valid=True, token_id="id", user_id="user-1")
        answer.issued_at.GetCurrentTime()
        answer.expires_at.FromSeconds(answer.issued_at.seconds + 3600)
        answer.time_remaining.FromSeconds(3600)
        return answer

    def ask(self, name: str, timeout: float) -> threading.Thread:
        def ask() -> None:
            try:
                self.outcomes[name] = self.misses.ask("token", timeout).claims()["user_id"]
            except BaseException as error:
                self.outcomes[name] = error

        thread = threading.Thread(target=ask)
        thread.start()
        return thread

    def ask_both(self, first_timeout: float) -> None:
        first = self.ask("first", first_timeout)
        self.until(lambda: self.calls == 1)
        second = self.ask("second", 60)
        self.until(lambda: self.misses._open[digest_of("token")].waiters == 2)
        self.has_joined.set()
        first.join()
        second.join()

    def until(self, condition) -> None:
        while not condition():
            time.sleep(0.002)

    def test_one_who_has_little_time_ends_no_other(self) -> None:
        self.first_end = CallError(grpc.StatusCode.DEADLINE_EXCEEDED, "too late")
        self.ask_both(first_timeout=0.4)
        self.assertEqual(self.outcomes, {"first": self.first_end, "second": "user-1"})
        self.assertEqual(self.calls, 2)

    def test_one_who_is_interrupted_ends_no_other(self) -> None:
        self.first_end = SystemExit()
        self.ask_both(first_timeout=60)
        self.assertEqual(self.outcomes, {"first": self.first_end, "second": "user-1"})

    def test_what_the_server_says_ends_the_call_for_all(self) -> None:
        self.first_end = CallError(grpc.StatusCode.INTERNAL, "ill")
        self.ask_both(first_timeout=60)
        self.assertEqual(self.outcomes, {"first": self.first_end, "second": self.first_end})
        self.assertEqual(self.calls, 1)

    def test_nothing_is_left_of_who_has_gone(self) -> None:
        self.first_end = CallError(grpc.StatusCode.DEADLINE_EXCEEDED, "too late")
        self.has_joined.set()
        self.ask("first", 0.4).join()
        self.assertIs(self.outcomes["first"], self.first_end)
        self.assertEqual((self.misses._open, len(self.misses._waiting)), ({}, 0))


if __name__ == "__main__":
    unittest.main()
