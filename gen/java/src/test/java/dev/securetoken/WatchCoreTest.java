package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Timestamp;
import dev.securetoken.v1.Revocation;
import dev.securetoken.v1.WatchRevocationsResponse;
import dev.securetoken.v1.WatchRevocationsResponse.Changes;
import dev.securetoken.v1.WatchRevocationsResponse.Checkpoint;
import dev.securetoken.v1.WatchRevocationsResponse.SnapshotPage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is vouched for, with a feed and answers that come in any order. */
class WatchCoreTest {
  private static final WatchRevocationsResponse SNAPSHOT =
      WatchRevocationsResponse.newBuilder()
          .setSnapshot(SnapshotPage.newBuilder().setFirst(true).setLast(true))
          .build();

  private long nanos = Long.MAX_VALUE - 10;
  private long wallMillis = 1_000_000;
  private final WatchCore core = core(new WatchListener() {});
  private final ValidToken sample = Responses.validated(Samples.validated("read").build());
  private final ValidToken claims =
      new ValidToken(sample, Duration.ofHours(2), sample.sessionStartedAt());
  private final TokenDigest digest = new TokenDigest("token");

  private WatchCore core(WatchListener listener) {
    return new WatchCore(
        new KeptAnswers(9, Long.MAX_VALUE),
        Duration.ofSeconds(10),
        new WatchClocks(() -> nanos, () -> wallMillis),
        listener);
  }

  private static WatchRevocationsResponse checkpoint(int staleness, String... keys) {
    return WatchRevocationsResponse.newBuilder()
        .setCheckpoint(
            Checkpoint.newBuilder()
                .setStaleness(com.google.protobuf.Duration.newBuilder().setSeconds(staleness))
                .addAllKeyIds(List.of(keys)))
        .build();
  }

  private WatchRevocationsResponse revoked() {
    Revocation entry =
        Revocation.newBuilder()
            .setTokenId(claims.tokenId())
            .setExpiresAt(Timestamp.newBuilder().setSeconds(4_000_000_000L))
            .build();
    return WatchRevocationsResponse.newBuilder()
        .setChanges(Changes.newBuilder().addRevocations(entry))
        .build();
  }

  private void apply(WatchRevocationsResponse... events) {
    List.of(events).forEach(core::apply);
  }

  private KeptAnswer keep() {
    return core.keep(digest, claims, core.now());
  }

  @Test
  void anAnswerOnItsWayMeetsWhatIsRevokedMeanwhile() {
    apply(SNAPSHOT, checkpoint(0, claims.keyId()));
    WatchClocks.Asked asked = core.now();
    apply(revoked());
    assertThrows(InvalidTokenError.class, () -> core.keep(digest, claims, asked));
  }

  @Test
  void whateverAListenerThrowsChangesNothing() {
    for (Throwable thrown : List.of(new IllegalStateException(), new AssertionError())) {
      WatchListener failing =
          new WatchListener() {
            @Override
            public void hit() {
              WatchCoreTest.<RuntimeException>sneakyThrow(thrown);
            }
          };
      WatchCore failed = core(failing);
      failed.keep(digest, claims, failed.now());
      failed.apply(SNAPSHOT);
      failed.apply(checkpoint(0, claims.keyId()));
      assertNotNull(failed.look(digest));
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneakyThrow(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void andSoDoThoseWhoWaitForIt() {
    apply(SNAPSHOT, checkpoint(0, claims.keyId()));
    KeptAnswer answer = keep();
    apply(revoked());
    assertThrows(InvalidTokenError.class, () -> core.give(answer));
    assertThrows(InvalidTokenError.class, () -> core.look(digest));
  }

  @Test
  void anAnswerCountsWhetherItCameBeforeTheSnapshotOrAfter() {
    keep();
    assertNull(core.look(digest));
    apply(SNAPSHOT);
    assertNull(core.look(digest));
    apply(checkpoint(0, claims.keyId()));
    assertNotNull(core.look(digest));
  }

  @Test
  void aKeyThatTheServiceHasNoMoreIsAskedFor() {
    apply(SNAPSHOT, checkpoint(0, claims.keyId()));
    keep();
    apply(checkpoint(0, "another"));
    assertNull(core.look(digest));
    apply(checkpoint(0));
    assertNull(core.look(digest));
    apply(checkpoint(0, "another", claims.keyId()));
    assertNotNull(core.look(digest));
  }

  @Test
  void stalenessIsMeasuredWithoutTheWallClock() {
    apply(SNAPSHOT, checkpoint(8, claims.keyId()));
    keep();
    wallMillis += Duration.ofMinutes(30).toMillis();
    assertNotNull(core.look(digest));
    wallMillis -= Duration.ofHours(1).toMillis();
    assertNotNull(core.look(digest));
    nanos += Duration.ofSeconds(2).toNanos();
    assertNotNull(core.look(digest));
    nanos += 1;
    assertNull(core.look(digest));
    assertEquals(Duration.ofSeconds(10).plusNanos(1), core.state().staleness().orElseThrow());
  }

  @Test
  void aTokenIsBelievedUntilItsExpiryByTheClockThatWentFurther() {
    apply(SNAPSHOT, checkpoint(0, claims.keyId()));
    keep();
    wallMillis += Duration.ofHours(2).toMillis() - 1;
    assertEquals(Duration.ofMillis(1), core.look(digest).timeRemaining());
    wallMillis += 1;
    assertNull(core.look(digest));
    assertEquals(0, core.state().entries());
  }

  @Test
  void nothingIsVouchedForAfterWhatNoServerSends() {
    apply(SNAPSHOT, checkpoint(0, claims.keyId()));
    keep();
    assertThrows(
        FeedException.class, () -> core.apply(WatchRevocationsResponse.getDefaultInstance()));
    assertNull(core.look(digest));
    assertEquals("", core.beginFeed());
  }
}
