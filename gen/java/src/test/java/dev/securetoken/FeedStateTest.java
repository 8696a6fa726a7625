package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.securetoken.v1.Revocation;
import dev.securetoken.v1.WatchRevocationsResponse;
import dev.securetoken.v1.WatchRevocationsResponse.Changes;
import dev.securetoken.v1.WatchRevocationsResponse.Checkpoint;
import dev.securetoken.v1.WatchRevocationsResponse.SnapshotPage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FeedStateTest {
  private static final WatchClocks.Asked NOW = new WatchClocks.Asked(100, 0);

  private final FeedState feed = new FeedState();
  private final ValidToken sample =
      Responses.validated(Samples.validated("read").setSessionId("session").build());
  private final KeptAnswer token = new KeptAnswer(sample, NOW);

  private static Revocation.Builder entry() {
    return Revocation.newBuilder().setExpiresAt(Timestamp.newBuilder().setSeconds(4_000_000_000L));
  }

  private static Revocation tokenId(String id) {
    return entry().setTokenId(id).build();
  }

  private Revocation.Builder cutOff(long micros) {
    long at = token.beginsMicros + micros;
    return entry()
        .setIssuedBefore(
            Timestamp.newBuilder()
                .setSeconds(Math.floorDiv(at, 1_000_000L))
                .setNanos((int) Math.floorMod(at, 1_000_000L) * 1000));
  }

  private Revocation user(String userId, long micros) {
    byte[] digest = Digests.sha256(userId.getBytes(StandardCharsets.UTF_8));
    return cutOff(micros).setUserIdSha256(ByteString.copyFrom(digest)).build();
  }

  private Revocation everything(long micros) {
    return cutOff(micros).setEverything(true).build();
  }

  private static WatchRevocationsResponse page(boolean first, boolean last, Revocation... entries) {
    return WatchRevocationsResponse.newBuilder()
        .setSnapshot(
            SnapshotPage.newBuilder()
                .setFirst(first)
                .setLast(last)
                .addAllRevocations(List.of(entries)))
        .build();
  }

  private static WatchRevocationsResponse changes(Revocation... entries) {
    return WatchRevocationsResponse.newBuilder()
        .setChanges(Changes.newBuilder().addAllRevocations(List.of(entries)))
        .build();
  }

  private static WatchRevocationsResponse checkpoint(String cursor) {
    return WatchRevocationsResponse.newBuilder()
        .setCheckpoint(
            Checkpoint.newBuilder()
                .setCursor(cursor)
                .setStaleness(com.google.protobuf.Duration.newBuilder().setSeconds(8))
                .addKeyIds("key"))
        .build();
  }

  private static WatchRevocationsResponse checkpoint(String cursor, long uptime) {
    WatchRevocationsResponse.Builder event = checkpoint(cursor).toBuilder();
    event
        .getCheckpointBuilder()
        .setUptime(com.google.protobuf.Duration.newBuilder().setSeconds(uptime));
    return event.build();
  }

  private void apply(WatchRevocationsResponse... events) {
    for (WatchRevocationsResponse event : events) {
      feed.apply(event, NOW);
    }
  }

  private boolean isHit(Revocation... entries) {
    LiveSet live = new LiveSet();
    live.add(List.of(entries));
    return live.hits(token);
  }

  private boolean isEnforced(Revocation entry) {
    LiveSet live = feed.live;
    int before = live.size();
    live.add(List.of(entry));
    return live.size() == before;
  }

  @Test
  void eachKindOfTargetHitsItsTokensAndNoOthers() {
    assertTrue(isHit(tokenId(sample.tokenId())));
    assertFalse(isHit(tokenId(sample.tokenId() + "x")));
    assertTrue(isHit(entry().setSessionId(sample.sessionId()).build()));
    assertFalse(isHit(entry().setSessionId("another").build()));
    assertTrue(isHit(user(sample.userId(), 0)));
    assertFalse(isHit(user(sample.userId(), -1)));
    assertFalse(isHit(user("another", 0)));
    assertTrue(isHit(everything(0)));
    assertFalse(isHit(everything(-1)));
  }

  @Test
  void aCutOffIsComparedWithTheStartOfTheSession() {
    assertEquals(sample.issuedAt(), sample.sessionStartedAt()); // a service too old to tell it
    assertCuts(sample.issuedAt().minusSeconds(3600), -3_600_000_000L);
    // Refreshed by a server whose clock was behind.
    assertCuts(sample.issuedAt().plusSeconds(1), 0);
  }

  /** That the earliest cut-off that hits is so many microseconds after issued_at. */
  private void assertCuts(Instant sessionStart, long micros) {
    KeptAnswer kept =
        new KeptAnswer(
            Responses.validated(
                Samples.validated("read")
                    .setSessionStartedAt(Samples.timestamp(sessionStart))
                    .build()),
            NOW);
    for (long near : new long[] {-1, 0, 1}) {
      LiveSet users = new LiveSet();
      users.add(List.of(user(sample.userId(), micros + near)));
      LiveSet all = new LiveSet();
      all.add(List.of(everything(micros + near)));
      assertEquals(near >= 0, users.hits(kept));
      assertEquals(near >= 0, all.hits(kept));
    }
  }

  @Test
  void theLatestCutOffHoldsWhateverTheOrder() {
    assertTrue(isHit(user(sample.userId(), 0), user(sample.userId(), -1)));
    assertTrue(isHit(user(sample.userId(), -1), user(sample.userId(), 0)));
    assertTrue(isHit(everything(0), everything(-1)));
    assertTrue(isHit(everything(-1), everything(0)));
  }

  @Test
  void theLaterEndOfTwoCutOffsHoldsWhateverTheOrder() {
    Timestamp brief = Timestamp.newBuilder().setSeconds(3_000_000_000L).build();
    for (Revocation lasting : List.of(user(sample.userId(), 0), everything(0))) {
      Revocation later = lasting.getEverything() ? everything(1) : user(sample.userId(), 1);
      later = later.toBuilder().setExpiresAt(brief).build();
      for (List<Revocation> order : List.of(List.of(lasting, later), List.of(later, lasting))) {
        LiveSet live = new LiveSet();
        live.add(order);
        live.sweep(3_500_000_000_000L);
        assertTrue(live.hits(token));
      }
    }
  }

  @Test
  void whatHasExpiredGoesAndIsNotTakenForUnrevoked() {
    Timestamp later = Timestamp.newBuilder().setSeconds(5_000_000_000L).build();
    LiveSet live = new LiveSet();
    live.add(List.of(tokenId(sample.tokenId()), user(sample.userId(), 0), everything(0)));
    live.add(List.of(entry().setSessionId("s").setExpiresAt(later).build()));
    live.sweep(3_999_999_999_000L);
    assertEquals(4, live.size());
    assertFalse(live.mayHaveForgotten(token));
    live.sweep(4_100_000_000_000L);
    assertEquals(1, live.size());
    assertFalse(live.hits(token));
    assertTrue(live.mayHaveForgotten(token));
  }

  @Test
  void aSetHoldsNoMoreThanItsBound() {
    LiveSet live = new LiveSet(3);
    live.add(List.of(tokenId("a"), tokenId("b")));
    List<Revocation> three = List.of(tokenId("c"), tokenId("d"), tokenId("e"));
    for (List<Revocation> more : List.of(three, List.of(tokenId("f")))) {
      assertThrows(TooManyRevocationsException.class, () -> live.add(more));
      assertEquals(3, live.size());
    }
    live.sweep(4_100_000_000_000L);
    assertEquals(0, live.size());
    assertTrue(live.hasForgotten(3_999_999_999_000L));
    assertFalse(live.hasForgotten(4_100_000_000_000L));
    live.add(List.of(tokenId("g")));
  }

  @Test
  void aFeedWhoseServerKnowsTooLittleIsLeftLaterEachTime() {
    FeedLife life = new FeedLife();
    for (int seconds : new int[] {5, 10, 20, 40, 80, 160, 300, 300}) {
      Duration end = Duration.ofSeconds(seconds);
      assertFalse(life.isOver(end, true));
      assertTrue(life.isOver(end.plusNanos(1), true));
    }
    assertFalse(life.isOver(Duration.ofMinutes(5), false));
    assertTrue(life.isOver(Duration.ofMinutes(5).plusNanos(1), false));
    assertTrue(life.isOver(Duration.ofSeconds(5).plusNanos(1), true));
  }

  @Test
  void readyWithTheCheckpointAfterTheLastPage() {
    apply(page(true, false, tokenId("a")), checkpoint("c1"));
    assertNull(feed.checkpoint);
    apply(page(false, true, tokenId("b")));
    assertNull(feed.checkpoint);
    apply(checkpoint("c2"));
    assertNotNull(feed.checkpoint);
    assertEquals(2, feed.live.size());
    assertEquals("c2", feed.begin(NOW));
  }

  @Test
  void aNewSnapshotTakesNothingAway() {
    apply(page(true, true, tokenId("old"), user("u", 0)), checkpoint("c1"));
    apply(page(true, true, tokenId("new"), user("u", -1)), checkpoint("c2"));
    assertEquals(3, feed.live.size());
    assertTrue(isEnforced(tokenId("old")) && isEnforced(tokenId("new")));
  }

  @Test
  void theLatestCutOffStaysWhateverASnapshotSays() {
    apply(page(true, true, user(sample.userId(), 0)), checkpoint("c1"));
    apply(page(true, true, user(sample.userId(), -1)), checkpoint("c2"));
    assertTrue(feed.live.hits(token));
  }

  @Test
  void halfASnapshotCountsForNoneAndItsEntriesForWhatTheyAre() {
    apply(page(true, true), checkpoint("c1"), page(true, false, tokenId("new")));
    assertEquals("c1", feed.begin(NOW));
    assertTrue(isEnforced(tokenId("new")));
    assertThrows(FeedException.class, () -> apply(page(false, true)));
  }

  @Test
  void whatHasEndedIsDroppedWhenAFeedBegins() {
    apply(page(true, true, tokenId("t")), checkpoint("c1"));
    feed.begin(new WatchClocks.Asked(100, 4_100_000_000_000L));
    assertEquals(0, feed.live.size());
  }

  @Test
  void nothingIsNewerThanTheRequestAndWhatTheFeedHasLasted() {
    long second = Duration.ofSeconds(1).toNanos();
    long[][] rows = {{10, 0}, {6, 4}, {11, 0}, {315_576_000_000L, 0}};
    for (long[] row : rows) {
      feed.begin(NOW);
      apply(page(true, true));
      WatchClocks.Asked came = new WatchClocks.Asked(NOW.nanos + 10 * second, 0);
      feed.apply(checkpoint("c1", row[0]), came);
      assertEquals(row[1] * second, feed.checkpoint.delayNanos);
      assertEquals((8 + row[1] + 3) * second, feed.checkpoint.staleness(came.nanos + 3 * second));
    }
  }

  @Test
  void ageIsWhatTheServerSaysAndTheTimeSince() {
    apply(page(true, true), checkpoint("c1"));
    long later = NOW.nanos + Duration.ofSeconds(3).toNanos();
    assertEquals(Duration.ofSeconds(11).toNanos(), feed.checkpoint.staleness(later));
    assertEquals(Duration.ofSeconds(8).toNanos(), feed.checkpoint.staleness(NOW.nanos - 5));
  }

  @Test
  void whatNoServerSendsIsRefused() {
    WatchRevocationsResponse nothing = WatchRevocationsResponse.getDefaultInstance();
    for (WatchRevocationsResponse event :
        List.of(
            nothing,
            page(false, true),
            changes(),
            checkpoint("c".repeat(257)),
            checkpoint("c1", -1),
            checkpoint("c1", 315_576_000_001L),
            page(true, true, entry().build()),
            page(true, true, cutOff(0).setUserIdSha256(ByteString.copyFromUtf8("short")).build()),
            page(true, true, entry().setEverything(true).build()))) {
      assertThrows(FeedException.class, () -> new FeedState().apply(event, NOW));
    }
  }

  @Test
  void distrustAsksForEverythingAndForgetsNoRevocation() {
    apply(page(true, true, tokenId(sample.tokenId())), checkpoint("c1"));
    feed.distrust();
    assertEquals("", feed.begin(NOW));
    assertTrue(feed.live.hits(token));
    assertThrows(FeedException.class, () -> apply(checkpoint("c2")));
    assertNull(feed.checkpoint);
  }

  @Test
  void theClockCountsSleepAndNeverGoesBack() {
    AtomicLong nanos = new AtomicLong();
    AtomicLong wall = new AtomicLong();
    WatchClocks.Awake clock = new WatchClocks.Awake(nanos::get, wall::get);
    long[][] rows = {
      {1_000, 1_000, 1_000}, // both go on
      {0, 60_000, 61_000}, // a sleep
      {1_000, -3_600_000, 62_000}, // the wall clock is set back
      {1_000, 1_000, 63_000},
      {0, 60_000, 123_000}, // a sleep after it
      {1_000, 1_060, 124_000}, // a nap, or a small correction
      {0, 60, 124_120}, // another one, counted with the one before
    };
    for (long[] row : rows) {
      nanos.addAndGet(row[0] * 1_000_000);
      wall.addAndGet(row[1]);
      assertEquals(row[2] * 1_000_000, clock.getAsLong());
    }
  }

  @Test
  void aThreadThatIsHeldUpBetweenTheTwoClocksHasNotSlept() {
    AtomicLong millis = new AtomicLong();
    AtomicLong heldUp = new AtomicLong();
    WatchClocks.Awake clock =
        new WatchClocks.Awake(
            () -> millis.get() * 1_000_000, () -> millis.addAndGet(heldUp.getAndSet(0)));
    heldUp.set(5_000);
    assertEquals(5_000_000_000L, clock.getAsLong());
    millis.addAndGet(1_000);
    assertEquals(6_000_000_000L, clock.getAsLong());
  }

  @Test
  void theLeastRecentlyUsedAnswerGivesWay() {
    for (KeptAnswers answers :
        List.of(new KeptAnswers(2, Long.MAX_VALUE), new KeptAnswers(9, 2 * token.bytes))) {
      answers.put(new TokenDigest("a"), token);
      answers.put(new TokenDigest("b"), token);
      assertNotNull(answers.get(new TokenDigest("a")));
      answers.put(new TokenDigest("c"), token);
      assertNull(answers.get(new TokenDigest("b")));
      assertNotNull(answers.get(new TokenDigest("a")));
      assertEquals(2 * token.bytes, answers.bytes());
    }
  }
}
