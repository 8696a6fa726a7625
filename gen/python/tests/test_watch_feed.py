"""What is believed of a feed: what is enforced, how fresh it is, and what no server sends."""

import hashlib
import sys
import unittest
from collections import deque
from datetime import timedelta

from feed_events import (
    MICRO,
    NOON,
    NOON_MICROS,
    NOON_SECONDS,
    USER,
    changes,
    checkpoint,
    entry,
    page,
)
from secure_token_client import CallError, InvalidTokenError
from secure_token_client.watch.answers import Answer, Answers, Asked
from secure_token_client.watch.clocks import AwakeClock, Clocks
from secure_token_client.watch.core import WatchCore
from secure_token_client.watch.feed_state import FeedState
from secure_token_client.watch.live_set import (
    LiveSet,
    MalformedFeedError,
    TokenFacts,
    TooManyRevocationsError,
)
from secure_token_client.watch.options import Telling, checked_limits
from secure_token_client.watch.questions import Question, next_call
from securetoken.v1 import token_service_pb2 as pb


def token(token_id: str = "t", session_id: str = "s", user: str = "u", issued: int = NOON_MICROS):
    digest = hashlib.sha256(user.encode()).digest()
    return TokenFacts(token_id, session_id, digest, issued, NOON_SECONDS + 3600)


class Hits(unittest.TestCase):
    def test_each_kind_of_target(self) -> None:
        rows = [
            ("a token", entry(token_id="t"), True),
            ("another token", entry(token_id="T"), False),
            ("a session", entry(session_id="s"), True),
            ("a user, in the same microsecond", entry(NOON, **USER), True),
            ("a user, a microsecond too early", entry(NOON - MICRO, **USER), False),
            ("another user", entry(NOON, user_id_sha256=b"x" * 32), False),
            ("everything, in the same microsecond", entry(NOON, everything=True), True),
            ("everything, a microsecond too early", entry(NOON - MICRO, everything=True), False),
        ]
        for name, revocation, is_hit in rows:
            with self.subTest(name):
                live = LiveSet()
                live.add([revocation])
                self.assertEqual(live.hits(token()), is_hit)

    def test_the_latest_cut_off_holds_whatever_the_order(self) -> None:
        for target in (USER, {"everything": True}):
            for order in ((NOON, NOON - MICRO), (NOON - MICRO, NOON)):
                live = LiveSet()
                live.add([entry(instant, **target) for instant in order])
                self.assertTrue(live.hits(token()))
                self.assertEqual(len(live), 1)

    def test_the_later_end_of_two_cut_offs_holds_whatever_the_order(self) -> None:
        brief = NOON + timedelta(minutes=1)
        for target in (USER, {"everything": True}):
            cut_offs = [entry(NOON, **target), entry(NOON + MICRO, expires_at=brief, **target)]
            for order in (cut_offs, cut_offs[::-1]):
                live = LiveSet()
                live.add(order)
                live.sweep(NOON_SECONDS + 120)
                self.assertTrue(live.hits(token()))

    def test_what_has_expired_goes(self) -> None:
        live = LiveSet()
        live.add([entry(token_id="t"), entry(NOON, **USER), entry(NOON, everything=True)])
        live.add([entry(session_id="s", expires_at=NOON + timedelta(days=3))])
        live.sweep(NOON_SECONDS + 3600)
        self.assertEqual((len(live), live.forgotten_until), (4, 0))
        live.sweep(NOON_SECONDS + 2 * 86_400)
        self.assertEqual(len(live), 1)
        self.assertEqual(live.forgotten_until, NOON_SECONDS + 86_401)
        self.assertTrue(live.hits(token()))

    def test_a_set_holds_no_more_than_its_bound(self) -> None:
        live = LiveSet(3)
        live.add([entry(token_id="a"), entry(token_id="b")])
        for ids in ("cde", "f"):
            with self.assertRaises(TooManyRevocationsError):
                live.add([entry(token_id=it) for it in ids])
            self.assertEqual(len(live), 3)
        live.sweep(NOON_SECONDS + 2 * 86_400)
        live.add([entry(token_id="g")])
        self.assertEqual(len(live), 1)

    def test_what_no_server_sends_is_refused(self) -> None:
        for made in (pb.Revocation(), entry(**USER), entry(NOON, user_id_sha256=b"short")):
            with self.assertRaises(MalformedFeedError):
                LiveSet().add([made])


class Feed(unittest.TestCase):
    def setUp(self) -> None:
        self.feed = FeedState()

    def apply(self, *events, now=100.0) -> None:
        for event in events:
            self.feed.apply(event, now, 0.0)

    def test_ready_with_the_checkpoint_after_the_last_page(self) -> None:
        self.apply(page(entry(token_id="t"), last=False))
        self.apply(checkpoint())
        self.assertFalse(self.feed.is_ready)
        self.apply(page(entry(session_id="s"), first=False))
        self.assertFalse(self.feed.is_ready)
        self.apply(checkpoint("c2"))
        self.assertTrue(self.feed.is_ready)
        self.assertEqual((self.feed.cursor, len(self.feed.live)), ("c2", 2))

    def test_a_new_snapshot_takes_nothing_away(self) -> None:
        self.apply(page(entry(token_id="old"), entry(NOON, **USER)), checkpoint())
        self.apply(page(entry(token_id="new"), entry(NOON - MICRO, **USER)), checkpoint("c2"))
        for name in ("old", "new"):
            self.assertTrue(self.feed.live.hits(token(name, user="x")), name)
        self.assertTrue(self.feed.live.hits(token("other")))
        self.assertEqual(len(self.feed.live), 3)

    def test_half_a_snapshot_counts_for_none_and_its_entries_for_what_they_are(self) -> None:
        self.apply(page(entry(token_id="old")), checkpoint())
        self.apply(page(entry(token_id="new"), last=False))
        self.assertEqual(self.feed.begin(100.0, 0.0), "c1")
        self.assertTrue(self.feed.live.hits(token("new")))
        with self.assertRaises(MalformedFeedError):
            self.apply(page(first=False))

    def test_what_has_ended_is_dropped_when_a_feed_begins(self) -> None:
        self.apply(page(entry(token_id="t")), checkpoint())
        self.feed.begin(100.0, NOON_SECONDS + 2 * 86_400)
        self.assertEqual(len(self.feed.live), 0)

    def test_age_is_what_the_server_says_and_the_time_since(self) -> None:
        self.assertIsNone(self.feed.staleness(100))
        self.apply(page(), checkpoint(staleness=8.5), now=100)
        self.assertEqual(self.feed.staleness(103), 11.5)

    def test_nothing_is_newer_than_the_request_and_what_the_feed_has_lasted(self) -> None:
        rows = [
            ("the server does not tell it", None, 110, 0),
            ("written as it came", 10, 110, 0),
            ("four seconds on its way", 6, 110, 4),
            ("from a server whose clock runs ahead", 11, 110, 0),
        ]
        for name, uptime, came_at, delay in rows:
            with self.subTest(name):
                self.feed = FeedState()
                self.feed.begin(100.0, 0.0)
                self.apply(page(), checkpoint(staleness=2, uptime=uptime), now=came_at)
                self.assertEqual(self.feed.delay, delay)
                self.assertEqual(self.feed.staleness(came_at + 3), 2 + delay + 3)

    def test_what_no_server_sends(self) -> None:
        rows = [
            ("an uptime below zero", [page()], checkpoint(uptime=-1)),
            ("an event of no kind", [], pb.WatchRevocationsResponse()),
            ("a page before the first", [], page(first=False)),
            ("a page after the last", [page()], page(first=False)),
            ("changes before the snapshot", [], changes()),
            ("a cursor that is too long", [page()], checkpoint("c" * 257)),
        ]
        for name, before, event in rows:
            with self.subTest(name):
                self.feed = FeedState()
                self.apply(*before)
                with self.assertRaises(MalformedFeedError):
                    self.apply(event)

    def test_distrust_asks_for_everything_and_forgets_no_revocation(self) -> None:
        self.apply(page(entry(token_id="t")), checkpoint())
        self.feed.distrust()
        self.assertEqual((self.feed.begin(100.0, 0.0), self.feed.is_ready), ("", False))
        self.assertTrue(self.feed.live.hits(token()))
        with self.assertRaises(MalformedFeedError):
            self.apply(checkpoint("c2"))
        self.assertFalse(self.feed.is_ready)


class Decides(unittest.TestCase):
    """What is vouched for, with a feed and answers that come in any order."""

    def setUp(self) -> None:
        self.now, self.wall = 100.0, 1000.0
        clocks = Clocks(lambda: self.now, lambda: self.wall)
        self.core = WatchCore(checked_limits(10, 9, 2**20), clocks, Telling(None))
        self.message = pb.ValidateTokenResponse(
            valid=True, token_id="t", session_id="s", user_id="u", key_id="k"
        )
        self.message.time_remaining.seconds = 3600
        self.message.issued_at.SetInParent()
        self.message.expires_at.FromDatetime(NOON + timedelta(days=9))

    def apply(self, *events) -> None:
        for event in events:
            self.core.apply(event)

    def test_an_answer_on_its_way_meets_what_is_revoked_meanwhile(self) -> None:
        self.apply(page(), checkpoint())
        asked = self.core.asked()
        self.apply(changes(entry(token_id="t")))
        with self.assertRaises(InvalidTokenError):
            self.core.keep("token", self.message, asked)

    def test_and_so_do_those_who_wait_for_it(self) -> None:
        self.apply(page(), checkpoint())
        answer = self.core.keep("token", self.message, self.core.asked())
        self.apply(changes(entry(session_id="s")))
        with self.assertRaises(InvalidTokenError):
            self.core.give(answer, None)
        with self.assertRaises(InvalidTokenError):
            self.core.look("token", None)

    def test_a_cut_off_is_compared_with_the_start_of_the_session(self) -> None:
        start = NOON - timedelta(hours=1)
        for session_start, cut_off, is_hit in (
            (None, NOON - MICRO, False),  # a server too old to tell it
            (None, NOON, True),
            (start, NOON - MICRO, True),
            (start, start, True),
            (start, start - MICRO, False),
            (NOON + MICRO, NOON, True),  # refreshed by a server whose clock was behind
        ):
            for target in (USER, {"everything": True}):
                with self.subTest(start=session_start, cut_off=cut_off, **target):
                    self.setUp()
                    self.message.issued_at.FromDatetime(NOON)
                    if session_start is not None:
                        self.message.session_started_at.FromDatetime(session_start)
                    self.apply(page(), checkpoint())
                    answer = self.core.keep("token", self.message, self.core.asked())
                    self.apply(changes(entry(cut_off, **target)))
                    if is_hit:
                        with self.assertRaises(InvalidTokenError):
                            self.core.give(answer, None)
                    else:
                        self.core.give(answer, None)

    def test_an_answer_counts_whether_it_came_before_the_snapshot_or_after(self) -> None:
        self.core.keep("token", self.message, self.core.asked())
        self.assertIsNone(self.core.look("token", None))
        self.apply(page())
        self.assertIsNone(self.core.look("token", None))
        self.apply(checkpoint())
        self.assertIsNotNone(self.core.look("token", None))

    def test_a_key_that_the_server_has_no_more_is_asked_for(self) -> None:
        self.apply(page(), checkpoint())
        self.core.keep("token", self.message, self.core.asked())
        for keys in (("other",), ()):
            self.apply(checkpoint(keys=keys))
            self.assertIsNone(self.core.look("token", None))
        self.apply(checkpoint(keys=("other", "k")))
        self.assertIsNotNone(self.core.look("token", None))

    def test_staleness_is_measured_without_the_wall_clock(self) -> None:
        self.apply(page(), checkpoint(staleness=8))
        self.core.keep("token", self.message, self.core.asked())
        for self.wall in (1000.0 + 1800, 1000.0 - 3600):
            self.assertIsNotNone(self.core.look("token", None))
        self.now += 2
        self.assertIsNotNone(self.core.look("token", None))
        self.now += 0.001
        self.assertIsNone(self.core.look("token", None))

    def test_a_wall_clock_that_ran_ahead_lets_no_revoked_token_pass(self) -> None:
        self.apply(page(), checkpoint())
        self.message.expires_at.FromDatetime(NOON)
        self.core.keep("token", self.message, self.core.asked())
        start, self.wall = self.wall, NOON_SECONDS + 86_400
        self.apply(changes(entry(token_id="t", expires_at=NOON)), checkpoint())
        self.assertEqual(self.core.state().live, 0)
        self.wall = start
        self.assertIsNone(self.core.look("token", None))

    def test_nothing_is_vouched_for_after_what_no_server_sends(self) -> None:
        self.apply(page(), checkpoint())
        self.core.keep("token", self.message, self.core.asked())
        with self.assertRaises(MalformedFeedError):
            self.apply(pb.WatchRevocationsResponse())
        self.assertIsNone(self.core.look("token", None))
        self.assertEqual(self.core.begin_feed(), "")


class Calls(unittest.TestCase):
    """Which tokens go into one call."""

    def setUp(self) -> None:
        clocks = Clocks(lambda: 0.0, lambda: 0.0)
        self.core = WatchCore(checked_limits(10, 9, 2**20), clocks, Telling(None))

    def sizes(self, *tokens: str) -> list:
        waiting, sizes = deque(Question(token) for token in tokens), []
        while waiting:
            call = next_call(waiting, self.core)
            self.assertLess(call.request.ByteSize(), 2**20)
            sizes.append((call.method, len(call.questions)))
        return sizes

    def test_a_lone_one_and_a_thousand(self) -> None:
        self.assertEqual(self.sizes("a"), [("ValidateToken", 1)])
        many = self.sizes(*map(str, range(1001)))
        self.assertEqual(many, [("BatchValidateTokens", 1000), ("ValidateToken", 1)])

    def test_no_more_than_a_message_holds(self) -> None:
        many = self.sizes(*["€" * 10_000] * 100)
        self.assertEqual(sum(count for _, count in many), 100)
        self.assertGreater(len(many), 2)

    def test_an_answer_that_lacks_what_was_asked_is_everybodys_error(self) -> None:
        waiting = deque([Question("a"), Question("b")])
        call = next_call(waiting, self.core)
        with self.assertRaises(CallError):
            call.settle(self.core, pb.BatchValidateTokensResponse(results=[{}]))
        call.fail(ValueError("broken"))
        self.assertTrue(all(question.is_settled for question in call.questions))


class Kept(unittest.TestCase):
    def answer(self, seconds: int = 60, data: object = None) -> Answer:
        message = pb.ValidateTokenResponse(valid=True, permissions=["read"])
        message.issued_at.seconds = message.expires_at.seconds = 1
        message.time_remaining.seconds = seconds
        message.additional_data.update({"list": data or [1]})
        return Answer(message, Asked(100.0, 1000.0))

    def test_the_least_recently_used_gives_way(self) -> None:
        for answers in (Answers(2, 10**9), Answers(9, 2 * self.answer().size)):
            answers.put(b"a", self.answer())
            answers.put(b"b", self.answer())
            answers.get(b"a")
            answers.put(b"c", self.answer())
            self.assertIsNone(answers.get(b"b"))
            self.assertIsNotNone(answers.get(b"a"))
            self.assertEqual((len(answers), answers.size), (2, 2 * self.answer().size))

    def test_small_objects_count_with_all_that_they_take(self) -> None:
        objects = [{"b": 1} for _ in range(100)]
        least = 100 * sys.getsizeof({"b": 1})
        self.assertGreater(self.answer(data=objects).size - self.answer().size, least)

    def test_it_ages_by_the_clock_that_went_further(self) -> None:
        answer = self.answer()
        self.assertEqual(answer.age(Asked(103.0, 1000.0)), 3)
        self.assertEqual(answer.age(Asked(103.0, 1009.0)), 9)
        self.assertEqual(answer.age(Asked(103.0, 0.0)), 3)
        self.assertEqual(answer.claims(3)["time_remaining"], "0:00:57")

    def test_what_is_changed_outside_stays_outside(self) -> None:
        answer = self.answer()
        claims = answer.claims()
        claims["permissions"].append("admin")
        claims["additional_data"]["list"].append(2)
        self.assertEqual(answer.claims()["permissions"], ["read"])
        self.assertEqual(answer.claims()["additional_data"], {"list": [1.0]})
        self.assertFalse(answer.holds("admin"))


class Awake(unittest.TestCase):
    def test_it_counts_sleep_and_never_goes_back(self) -> None:
        monotonic, wall = [0.0], [0.0]
        clock = AwakeClock(lambda: monotonic[0], lambda: wall[0])
        rows = [
            ("both advance", 1.0, 1.0, 1.0),
            ("the machine sleeps", 0.0, 60.0, 61.0),
            ("the wall clock is set back", 1.0, -3600.0, 62.0),
            ("both advance from there", 1.0, 1.0, 63.0),
            ("the machine sleeps after it", 0.0, 60.0, 123.0),
            ("a nap, or a small correction", 1.0, 1.06, 124.0),
            ("another one, counted with the one before", 0.0, 0.06, 124.12),
        ]
        for name, by, wall_by, expected in rows:
            monotonic[0] += by
            wall[0] += wall_by
            self.assertAlmostEqual(clock(), expected, msg=name)

    def test_a_thread_that_is_held_up_between_the_two_clocks_has_not_slept(self) -> None:
        present = [0.0]
        held_up = [0.0]

        def wall() -> float:
            present[0] += held_up[0]
            held_up[0] = 0.0
            return present[0]

        clock = AwakeClock(lambda: present[0], wall)
        held_up[0] = 5.0
        self.assertAlmostEqual(clock(), 5.0)
        present[0] += 1.0
        self.assertAlmostEqual(clock(), 6.0)
