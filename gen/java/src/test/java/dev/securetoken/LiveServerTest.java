package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against a server on loopback: {@code SECURE_TOKEN_TARGET=127.0.0.1:8080 mvn test}. */
@EnabledIfEnvironmentVariable(named = "SECURE_TOKEN_TARGET", matches = ".+")
class LiveServerTest {
  private SecureTokenClient client;

  @BeforeEach
  void start() {
    client = SecureTokenClient.builder(System.getenv("SECURE_TOKEN_TARGET")).plaintext().build();
  }

  @AfterEach
  void stop() {
    client.close();
  }

  @Test
  void aTokensLife() {
    GenerateOptions options =
        GenerateOptions.permissions("read", "write")
            .expiresIn(Duration.ofHours(1))
            .additionalData(Map.of("role", "admin", "level", 7));
    IssuedToken issued = client.generateToken("user_123", options);
    assertEquals(Duration.ofHours(1), Duration.between(issued.issuedAt(), issued.expiresAt()));

    ValidToken valid = client.validateToken(issued.token());
    assertEquals(issued.tokenId(), valid.tokenId());
    assertEquals(Map.of("role", "admin", "level", 7L), valid.additionalData());
    assertTrue(valid.timeRemainingText().startsWith("0:59:5"));

    assertTrue(client.checkPermission(issued.token(), "read"));
    PermissionDeniedError denied =
        assertThrows(
            PermissionDeniedError.class, () -> client.checkPermission(issued.token(), "admin"));
    assertEquals("admin", denied.requiredPermission());
    assertEquals(
        "[read=true, admin=false]",
        client.checkPermissions(issued.token(), List.of("read", "admin")).toString());

    IssuedToken renewed = client.refreshToken(issued.token());
    assertFalse(renewed.tokenId().equals(issued.tokenId()));
    TokenInfo info = client.getTokenInfo(renewed.token());
    assertEquals(issued.tokenId(), info.sessionId());
    assertEquals(client.exportConfig().keys().get(0).keyId(), info.keyId());
    assertEquals(TokenState.ACTIVE, client.introspectToken(renewed.token()).state());
    assertEquals(TokenState.INVALID, client.introspectToken("no token").state());
  }

  @Test
  void aTokenExpires() throws Exception {
    GenerateOptions brief = GenerateOptions.defaults().expiresIn(Duration.ofMillis(1));
    IssuedToken issued = client.generateToken("user_123", brief);
    Thread.sleep(10);
    TokenExpiredError expired =
        assertThrows(TokenExpiredError.class, () -> client.validateToken(issued.token()));
    assertEquals(issued.expiresAt(), expired.expiredAt());
  }

  @Test
  void manyCallsAtOnce() {
    AsyncSecureTokenClient async = client.async();
    List<CompletableFuture<IssuedToken>> issued =
        IntStream.range(0, 200)
            .mapToObj(i -> async.generateToken("user_" + i))
            .collect(Collectors.toList());
    List<String> tokens = issued.stream().map(it -> it.join().token()).collect(Collectors.toList());
    tokens.add("no token");
    List<BatchResult> results = client.batchValidateTokens(tokens);
    for (int i = 0; i < 200; i++) {
      assertEquals("user_" + i, results.get(i).orElseThrow().userId());
    }
    assertInstanceOf(InvalidTokenError.class, results.get(200).error().orElseThrow());
  }
}
