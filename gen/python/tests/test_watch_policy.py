"""When a feed that has ended is opened again, and who is told."""

import unittest

import grpc

from feed_events import checkpoint, page
from secure_token_client import CallError, WatchObserver
from secure_token_client.watch.clocks import Clocks
from secure_token_client.watch.core import WatchCore
from secure_token_client.watch.feed_policy import (
    REFUSED_PAUSE,
    FeedPolicy,
    LateFeedError,
    OldFeedError,
)
from secure_token_client.watch.live_set import TooManyRevocationsError
from secure_token_client.watch.options import Telling, checked_limits


class Listening(WatchObserver):
    """Notes what is told of feeds."""

    def __init__(self, heard: list) -> None:
        self.heard = heard

    def connected(self) -> None:
        self.heard.append("connected")

    def disconnected(self, cause: Exception) -> None:
        self.heard.append("disconnected")

    def not_watched(self, cause: Exception) -> None:
        self.heard.append("not watched")


class Policy(unittest.TestCase):
    def setUp(self) -> None:
        self.now, self.heard, self.keys = 100.0, [], []
        clocks = Clocks(lambda: self.now, lambda: 0.0)
        self.core = WatchCore(checked_limits(10, 9, 2**20), clocks, Telling(Listening(self.heard)))
        self.policy = FeedPolicy(self.core, self.key, lambda least, most: most)

    def key(self, *, renewed: bool = False) -> str:
        self.keys.append(renewed)
        return "key"

    def follow(self, *events, lasting: float = 0.0) -> None:
        """A feed that gives events, and lasts so long."""
        self.policy.metadata()
        self.core.begin_feed()
        for event in events:
            if self.core.apply(event):
                self.policy.checkpointed()
        self.now += lasting

    def ended(self, code: grpc.StatusCode) -> float:
        return self.policy.ended(CallError(code, "no more"))

    def test_a_feed_that_was_given_is_opened_again_at_once_with_another_key(self) -> None:
        for code in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAUTHENTICATED):
            with self.subTest(code):
                self.setUp()
                self.follow(page(), checkpoint(), lasting=1.0)
                self.assertEqual(self.ended(code), 0)
                state = self.core.state()
                self.assertTrue(state.is_permitted and state.is_ready)
                self.follow()
                self.assertEqual(self.ended(code), REFUSED_PAUSE)
                self.assertFalse(self.core.state().is_ready)
                self.assertEqual(self.keys, [False, True])
                self.assertEqual(self.heard, ["connected", "disconnected", "not watched"])

    def test_a_key_that_is_not_known_is_asked_for_anew_once(self) -> None:
        self.follow()
        self.assertEqual(self.ended(grpc.StatusCode.UNAUTHENTICATED), 0)
        self.follow()
        self.assertEqual(self.ended(grpc.StatusCode.UNAUTHENTICATED), REFUSED_PAUSE)
        self.assertEqual(self.keys, [False, True])

    def test_a_server_that_gives_and_refuses_in_turn_is_not_stormed(self) -> None:
        pauses = []
        for lasting in (0.9, 0.9, 0.9, 0.9, 1.0):
            self.follow(page(), checkpoint(), lasting=lasting)
            pauses.append(self.ended(grpc.StatusCode.PERMISSION_DENIED))
        self.assertEqual(pauses, [0, 0.05, 0.1, 0.2, 0])

    def test_a_late_feed_is_opened_again_with_growing_pauses(self) -> None:
        pauses = []
        for _ in range(3):
            self.follow(page(), lasting=5.0)
            self.core.apply(checkpoint(uptime=0))
            self.policy.checkpointed()  # half of the bound is not late
            self.now += 0.001
            self.core.apply(checkpoint(uptime=0))
            with self.assertRaises(LateFeedError) as late:
                self.policy.checkpointed()
            self.assertAlmostEqual(self.core.state().staleness, 5.001)
            pauses.append(self.policy.ended(late.exception))
        self.assertEqual(pauses, [0, 0.05, 0.1])

    def test_a_feed_that_is_late_from_its_first_checkpoint_on_is_not_connected(self) -> None:
        self.follow(page(), lasting=5.001)
        self.core.apply(checkpoint(uptime=0))
        with self.assertRaises(LateFeedError) as late:
            self.policy.checkpointed()
        self.policy.ended(late.exception)
        self.assertEqual(self.heard, ["disconnected"])

    def test_more_revocations_than_are_held_end_the_feed_for_a_minute(self) -> None:
        self.follow(page(), checkpoint())
        self.assertEqual(self.policy.ended(TooManyRevocationsError("too many")), REFUSED_PAUSE)
        self.assertFalse(self.core.state().is_ready or self.core.state().is_permitted)
        self.assertEqual(self.heard, ["connected", "not watched"])

    def test_a_feed_whose_server_knows_too_little_is_left_later_each_time(self) -> None:
        for lasting in (5.0, 10.0, 20.0):
            self.follow(page(), checkpoint("c1", staleness=11, uptime=0), lasting=lasting)
            self.core.apply(checkpoint("c2", staleness=11, uptime=lasting))
            self.policy.checkpointed()
            self.now += 1
            self.core.apply(checkpoint("c3", staleness=11, uptime=lasting))
            with self.assertRaises(OldFeedError) as old:
                self.policy.checkpointed()
            self.assertEqual(self.policy.ended(old.exception), 0)
        self.follow(checkpoint("c4", uptime=0), lasting=6.0)
        self.core.apply(checkpoint("c5", uptime=6))
        self.policy.checkpointed()
        self.assertEqual(self.heard, ["connected"])

    def test_a_feed_of_five_minutes_is_opened_again_and_nobody_is_told(self) -> None:
        self.follow(page(), checkpoint(), lasting=300.0)
        self.core.apply(checkpoint("c2", uptime=300))
        self.policy.checkpointed()
        self.now += 0.001
        self.core.apply(checkpoint("c3", uptime=300))
        with self.assertRaises(OldFeedError) as old:
            self.policy.checkpointed()
        self.assertEqual(self.policy.ended(old.exception), 0)
        self.follow(checkpoint("c4", uptime=0))
        self.assertEqual(self.heard, ["connected"])
