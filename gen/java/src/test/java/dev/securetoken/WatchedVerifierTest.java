package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.securetoken.testing.TokenServiceStandIn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchedVerifierTest {
  private final TokenServiceStandIn service = new TokenServiceStandIn();
  private final SecureTokenClient client =
      SecureTokenClient.builder(service.address()).defaultDeadline(Duration.ofSeconds(1)).build();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicLong wall = new AtomicLong();
  private final Heard heard = new Heard();
  private WatchedVerifier verifier;

  @BeforeEach
  void watch() {
    verifier =
        WatchedVerifier.builder(client).listener(heard).clocks(nanos::get, wall::get).build();
    // The listener is told after the state has changed, in another thread.
    await(() -> verifier.state().isReady() && heard.events().contains("connected"));
  }

  @AfterEach
  void end() {
    verifier.close();
    client.close();
    service.close();
  }

  @Test
  void aTokenIsAskedForOnce() {
    String token = service.issue("user-1", "read");
    assertEquals("user-1", verifier.verify(token).userId());
    assertEquals("user-1", verifier.verify(token, "read").userId());
    assertEquals(List.of("connected", "miss", "hit"), heard.events());
  }

  @Test
  void aPermissionThatIsMissingIsTheErrorOfTheService() {
    String token = service.issue("user-1", "read");
    PermissionDeniedError told =
        assertThrows(PermissionDeniedError.class, () -> client.checkPermission(token, "write"));
    PermissionDeniedError own =
        assertThrows(PermissionDeniedError.class, () -> verifier.verify(token, "write"));
    assertEquals(told.getMessage(), own.getMessage());
    assertEquals(told.reason(), own.reason());
    assertEquals(told.field(), own.field());
    assertEquals(told.metadata(), own.metadata());
    assertEquals(told.requiredPermission(), own.requiredPermission());
    assertEquals(told.statusCode(), own.statusCode());
  }

  @Test
  void aRevocationIsAppliedToWhatIsKept() {
    String token = service.issue("user-1");
    verifier.verify(token);
    service.revokeUser("user-1");
    await(() -> verifier.state().revocations() == 1);
    service.goAway();
    InvalidTokenError error =
        assertThrows(InvalidTokenError.class, () -> verifier.verify(token));
    assertEquals("TOKEN_REVOKED", error.reason());
    assertTrue(heard.events().contains("refused TOKEN_REVOKED"));
  }

  @Test
  void aServiceThatIsAwayIsNotMissedUntilTheBound() {
    String token = service.issue("user-1");
    verifier.verify(token);
    goAway();
    nanos.addAndGet(Duration.ofSeconds(9).toNanos());
    verifier.verify(token);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThrows(ServiceUnavailableError.class, () -> verifier.verify(token));
    await(() -> heard.events().stream().anyMatch(it -> it.startsWith("stale")));
    service.comeBack();
    await(() -> verifier.state().staleness().orElseThrow().compareTo(Duration.ofSeconds(1)) < 0);
    verifier.verify(token);
  }

  @Test
  void concurrentQuestionsAboutATokenAreOneAndThoseOfSeveralGoTogether() {
    List<CompletableFuture<ValidToken>> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answers.add(verifier.verifyAsync(service.issue("user-" + i)));
    }
    for (int i = 0; i < 100; i++) {
      assertEquals("user-" + i, answers.get(i).join().userId());
    }
    assertEquals(100, verifier.state().entries());
  }

  @Test
  void whoTakesLongOverAnAnswerHoldsUpNobody() throws Exception {
    List<String> tokens = List.of(service.issue("user-0"), service.issue("user-1"));
    try (SecureTokenClient patient =
            SecureTokenClient.builder(service.address())
                .defaultDeadline(Duration.ofSeconds(30))
                .build();
        WatchedVerifier watching = WatchedVerifier.of(patient)) {
      service.goAway(); // so that all wait when the answers come
      CountDownLatch isOver = new CountDownLatch(1);
      List<CompletableFuture<Void>> handlers = new ArrayList<>();
      List<CompletableFuture<Void>> begun = new ArrayList<>();
      for (String token : List.of(tokens.get(0), tokens.get(0), tokens.get(1), tokens.get(1))) {
        CompletableFuture<Void> hasBegun = new CompletableFuture<>();
        begun.add(hasBegun);
        handlers.add(
            watching
                .verifyAsync(token)
                .thenAccept(
                    claims -> {
                      hasBegun.complete(null);
                      awaitLatch(isOver);
                    }));
      }
      service.comeBack();
      CompletableFuture.allOf(begun.toArray(CompletableFuture[]::new)).get();
      assertEquals("user-2", watching.verify(service.issue("user-2")).userId());
      isOver.countDown();
      handlers.forEach(CompletableFuture::join);
    }
  }

  @Test
  void anExpiredTokenIsAskedForAgain() {
    String token = service.issue("user-1", Duration.ofSeconds(5));
    verifier.verify(token);
    service.advance(Duration.ofSeconds(6));
    wall.addAndGet(6_000);
    assertThrows(TokenExpiredError.class, () -> verifier.verify(token));
    assertEquals(0, verifier.state().entries());
  }

  @Test
  void nothingIsLeftRunning() {
    verifier.close();
    await(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("secure-token-feed")));
    assertFalse(heard.events().contains("disconnected"));
  }

  @Test
  void settingsAreChecked() {
    WatchedVerifier.Builder builder = WatchedVerifier.builder(client);
    for (Duration bound : List.of(Duration.ofMillis(999), Duration.ofSeconds(301))) {
      assertThrows(IllegalArgumentException.class, () -> builder.maxStaleness(bound));
    }
    for (int bound : new int[] {0, 10_000_001}) {
      assertThrows(IllegalArgumentException.class, () -> builder.maxEntries(bound));
    }
    assertThrows(IllegalArgumentException.class, () -> builder.maxBytes(1_048_575));
    assertThrows(
        IllegalStateException.class,
        () -> TokenGuard.builder(client).watch().cache(Duration.ofSeconds(1), 1).build());
  }

  @Test
  void aGuardWatches() {
    String token = service.issue("user-1", "read");
    TokenGuard guard = TokenGuard.builder(client).watch(verifier).onFault(fault -> {}).build();
    Requirement requirement = Requirement.allOf("read");
    assertTrue(guard.admitToken(requirement, token).join().refusal().isEmpty());
    goAway();
    assertTrue(guard.admitToken(requirement, token).join().refusal().isEmpty());
    nanos.addAndGet(Duration.ofSeconds(11).toNanos());
    assertEquals(
        RefusalReason.UNAVAILABLE,
        guard.admitToken(requirement, token).join().refusal().orElseThrow().reason());
  }

  /** Before the clock moves: what is on its way then would be taken for fresh. */
  private void goAway() {
    service.goAway();
    await(() -> heard.events().contains("disconnected"));
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** Remembers what it is told. */
  private static final class Heard implements WatchListener {
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    List<String> events() {
      return List.copyOf(events);
    }

    @Override
    public void hit() {
      events.add("hit");
    }

    @Override
    public void miss() {
      events.add("miss");
    }

    @Override
    public void refused(String reason) {
      events.add("refused " + reason);
    }

    @Override
    public void stale(Duration age) {
      events.add("stale " + age);
    }

    @Override
    public void connected() {
      events.add("connected");
    }

    @Override
    public void disconnected(Throwable cause) {
      events.add("disconnected");
    }
  }
}
