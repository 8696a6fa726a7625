package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.securetoken.testing.TokenServiceStandIn;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The hook of calls is told of each once, and decides nothing. */
class CallHookTest {
  private final List<EndedCall> told = new CopyOnWriteArrayList<>();
  private TokenServiceStandIn service;
  private SecureTokenClient client;
  private String token;

  @BeforeEach
  void start() {
    service = new TokenServiceStandIn();
    client =
        SecureTokenClient.builder(service.address())
            .defaultDeadline(Duration.ofSeconds(50))
            .onCall(told::add)
            .build();
    token = service.issue("ada", "notes:read");
  }

  @AfterEach
  void stop() {
    client.close();
    service.close();
  }

  private List<String> names() {
    return told.stream().map(it -> it.method() + " " + it.code()).collect(Collectors.toList());
  }

  @Test
  void isToldOfEachCallOnce() {
    client.withDeadline(Duration.ofSeconds(40)).validateToken(token);
    assertThrows(PermissionDeniedError.class, () -> client.checkPermission(token, "notes:write"));
    service.goAway();
    // Tried again until its deadline.
    SecureTokenClient hasty = client.withDeadline(Duration.ofMillis(300));
    StatusRuntimeException gone =
        assertThrows(StatusRuntimeException.class, () -> hasty.validateToken(token));
    assertEquals(
        List.of(
            "ValidateToken OK",
            "CheckPermission PERMISSION_DENIED",
            "ValidateToken " + gone.getStatus().getCode()),
        names());
    assertTrue(told.get(0).duration().toNanos() > 0);
    assertFalse(told.toString().contains(token));
  }

  @Test
  void isToldOfCallsWithoutWaiting() {
    client.async().validateToken(token).join();
    assertThrows(
        CompletionException.class, () -> client.async().validateToken("no token").join());
    assertEquals(List.of("ValidateToken OK", "ValidateToken UNAUTHENTICATED"), names());
  }

  @Test
  void isToldOfCallsThatNobodyWaitsForAnyMore() {
    service.goAway(); // they would be tried again for 50 s
    client.async().validateToken(token).cancel(true);
    client.async().exportConfig().complete(null); // as orTimeout ends it
    assertEquals(List.of("ValidateToken CANCELLED", "ExportConfig CANCELLED"), names());
  }

  @Test
  void changesNothingWhenItFails() {
    SecureTokenClient failing =
        SecureTokenClient.builder(service.address())
            .onCall(
                it -> {
                  throw new AssertionError("the hook's own");
                })
            .build();
    assertEquals("ada", failing.validateToken(token).userId());
    assertEquals("ada", failing.async().validateToken(token).join().userId());
    failing.close();
  }

  @Test
  void ofACacheIsToldOfHits() {
    AtomicInteger hits = new AtomicInteger();
    TokenGuard guard =
        TokenGuard.builder(client)
            .cache(Duration.ofSeconds(30), 10)
            .onCacheHit(hits::incrementAndGet)
            .build();
    for (int i = 0; i < 3; i++) {
      assertTrue(guard.admitToken(Requirement.anyValidToken(), token).join().refusal().isEmpty());
    }
    assertEquals(2, hits.get());
    assertEquals(List.of("ValidateToken OK"), names());
  }
}
