package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.securetoken.v1.BatchValidateTokensResponse;
import dev.securetoken.v1.CheckPermissionResponse;
import dev.securetoken.v1.CheckPermissionsResponse;
import dev.securetoken.v1.ExportConfigResponse;
import dev.securetoken.v1.GenerateTokenRequest;
import dev.securetoken.v1.GenerateTokenResponse;
import dev.securetoken.v1.GetTokenInfoResponse;
import dev.securetoken.v1.IntrospectTokenResponse;
import dev.securetoken.v1.RefreshTokenRequest;
import dev.securetoken.v1.RefreshTokenResponse;
import dev.securetoken.v1.TokenServiceGrpc;
import dev.securetoken.v1.ValidateTokenRequest;
import dev.securetoken.v1.ValidateTokenResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecureTokenClientTest {
  private FakeTokenService service;
  private SecureTokenClient client;

  @BeforeEach
  void start() throws Exception {
    service = new FakeTokenService();
    client = service.client();
  }

  @AfterEach
  void stop() {
    client.close();
    service.close();
  }

  @Test
  void generateToken() {
    service.answer(
        TokenServiceGrpc.getGenerateTokenMethod(),
        request ->
            GenerateTokenResponse.newBuilder()
                .setToken("secret-token")
                .setTokenId("id-1")
                .setUserId("user-1")
                .addPermissions("read")
                .setIssuedAt(Samples.timestamp(Samples.ISSUED_AT))
                .setExpiresAt(Samples.timestamp(Samples.EXPIRES_AT))
                .setAdditionalData(Samples.data())
                .setSessionId("id-1")
                .build());
    GenerateOptions options =
        GenerateOptions.permissions("read")
            .expiresIn(Duration.ofMillis(-1))
            .additionalData(Map.of("level", 1));
    IssuedToken token = client.generateToken("user-1", options);
    assertEquals("secret-token", token.token());
    assertEquals("id-1", token.tokenId());
    assertEquals("user-1", token.userId());
    assertEquals(List.of("read"), token.permissions());
    assertEquals(Samples.ISSUED_AT, token.issuedAt());
    assertEquals(Samples.EXPIRES_AT, token.expiresAt());
    assertEquals(Map.of("level", 1L), token.additionalData());
    assertEquals("id-1", token.sessionId());
    assertFalse(token.toString().contains("secret-token"), "its text hides the token");
    assertEquals(token, client.async().generateToken("user-1", options).join());

    GenerateTokenRequest request = (GenerateTokenRequest) service.requests().get(0);
    assertEquals("user-1", request.getUserId());
    assertEquals(List.of("read"), request.getPermissionsList());
    assertEquals(0, request.getExpiresIn().getSeconds());
    assertEquals(-1_000_000, request.getExpiresIn().getNanos(), "both parts have one sign");
    assertEquals(Samples.data().build(), request.getAdditionalData());
  }

  @Test
  void aLifetimeThatIsNotGivenIsNotSent() {
    service.answer(TokenServiceGrpc.getGenerateTokenMethod(), it -> refuse());
    service.answer(TokenServiceGrpc.getRefreshTokenMethod(), it -> refuse());
    assertThrows(InvalidTokenError.class, () -> client.generateToken("user-1"));
    assertThrows(InvalidTokenError.class, () -> client.refreshToken("token"));
    assertFalse(((GenerateTokenRequest) service.requests().get(0)).hasExpiresIn());
    assertFalse(((RefreshTokenRequest) service.requests().get(1)).hasNewExpiresIn());
  }

  @Test
  void validateToken() {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(), it -> Samples.validated("read").build());
    ValidToken token = client.validateToken("token");
    assertEquals(Duration.ofSeconds(3599, 999_648_000), token.timeRemaining());
    assertEquals("0:59:59.999648", token.timeRemainingText());
    assertTrue(token.hasPermission("read"));
    assertFalse(token.hasPermission("Read"));
    assertEquals(token, client.async().validateToken("token").join());
    assertEquals(token.hashCode(), client.validateToken("token").hashCode());
  }

  @Test
  void integersOfAnySizeKeepTheirDigits() {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it ->
            Samples.validated()
                .setAdditionalDataJson("{\"u64\":18446744073709551615,\"one\":1,\"half\":0.5}")
                .build());
    Map<String, Object> data = client.validateToken("token").additionalData();
    assertEquals(new BigInteger("18446744073709551615"), data.get("u64"));
    assertEquals(1L, data.get("one"));
    assertEquals(0.5, data.get("half"));
    assertThrows(UnsupportedOperationException.class, () -> data.put("more", 1));
  }

  @Test
  void checkPermission() {
    service.answer(
        TokenServiceGrpc.getCheckPermissionMethod(),
        it ->
            CheckPermissionResponse.newBuilder()
                .setGranted(it.getRequiredPermission().equals("read"))
                .build());
    assertTrue(client.checkPermission("token", "read"));
    assertTrue(client.async().checkPermission("token", "read").join());
    StatusRuntimeException hollow =
        assertThrows(StatusRuntimeException.class, () -> client.checkPermission("token", "write"));
    assertEquals(Status.Code.INTERNAL, hollow.getStatus().getCode());
  }

  @Test
  void checkPermissions() {
    CheckPermissionsResponse.Builder answer = CheckPermissionsResponse.newBuilder();
    answer.addResultsBuilder().setPermission("read").setGranted(true);
    answer.addResultsBuilder().setPermission("write");
    service.answer(TokenServiceGrpc.getCheckPermissionsMethod(), it -> answer.build());
    List<PermissionResult> results = client.checkPermissions("token", List.of("read", "write"));
    assertEquals("[read=true, write=false]", results.toString());
    assertEquals(
        results, client.async().checkPermissions("token", List.of("read", "write")).join());
    assertThrows(
        StatusRuntimeException.class, () -> client.checkPermissions("token", List.of("read")));
  }

  @Test
  void batchValidateTokens() {
    BatchValidateTokensResponse.Builder answer = BatchValidateTokensResponse.newBuilder();
    answer.addResultsBuilder().setClaims(Samples.claims());
    answer.addResultsBuilder().setError(StatusProto.fromThrowable(Samples.invalidToken()));
    service.answer(TokenServiceGrpc.getBatchValidateTokensMethod(), it -> answer.build());
    List<BatchResult> results = client.batchValidateTokens(List.of("good", "bad"));
    assertEquals("id-1", results.get(0).orElseThrow().tokenId());
    assertTrue(results.get(0).error().isEmpty());
    assertThrows(InvalidTokenError.class, results.get(1)::orElseThrow);
    assertFalse(results.get(1).isValid());
    assertEquals(2, client.async().batchValidateTokens(List.of("good", "bad")).join().size());
    assertThrows(StatusRuntimeException.class, () -> client.batchValidateTokens(List.of("one")));
  }

  @Test
  void aBatchErrorThatIsNoFactAboutATokenFailsTheCall() {
    BatchValidateTokensResponse.Builder answer = BatchValidateTokensResponse.newBuilder();
    answer.addResultsBuilder().getErrorBuilder().setCode(Status.Code.UNAVAILABLE.value());
    service.answer(TokenServiceGrpc.getBatchValidateTokensMethod(), it -> answer.build());
    assertThrows(StatusRuntimeException.class, () -> client.batchValidateTokens(List.of("one")));
  }

  @Test
  void refreshToken() {
    service.answer(
        TokenServiceGrpc.getRefreshTokenMethod(),
        it ->
            RefreshTokenResponse.newBuilder()
                .setToken("new-token")
                .setIssuedAt(Samples.timestamp(Samples.ISSUED_AT))
                .setExpiresAt(Samples.timestamp(Samples.EXPIRES_AT))
                .setAdditionalDataJson("{\"big\":9007199254740993}")
                .setSessionId("session-1")
                .build());
    RefreshOptions options = RefreshOptions.defaults().expiresIn(Duration.ofHours(1)).revokeOld();
    IssuedToken token = client.refreshToken("token", options);
    assertEquals("new-token", token.token());
    assertEquals("session-1", token.sessionId());
    assertEquals(Map.of("big", new BigInteger("9007199254740993")), token.additionalData());
    assertEquals(token, client.async().refreshToken("token", options).join());
    RefreshTokenRequest request = (RefreshTokenRequest) service.requests().get(0);
    assertEquals(3600, request.getNewExpiresIn().getSeconds());
    assertTrue(request.getRevokeOld());
  }

  @Test
  void getTokenInfo() {
    GetTokenInfoResponse answer =
        GetTokenInfoResponse.newBuilder()
            .setValid(true)
            .setIssuedAt(Samples.timestamp(Samples.ISSUED_AT))
            .setExpiresAt(Samples.timestamp(Samples.EXPIRES_AT))
            .setTimeRemaining(Samples.claims().getTimeRemaining())
            .setCreatedAt(Samples.timestamp(Samples.ISSUED_AT))
            .setKeyId("key-1")
            .setSessionId("session-1")
            .setSessionStartedAt(Samples.timestamp(Samples.ISSUED_AT))
            .build();
    service.answer(TokenServiceGrpc.getGetTokenInfoMethod(), it -> answer);
    TokenInfo info = client.getTokenInfo("token");
    assertEquals("key-1", info.keyId());
    assertEquals("session-1", info.sessionId());
    assertEquals(Samples.ISSUED_AT, info.createdAt());
    assertEquals(Samples.ISSUED_AT, info.sessionStartedAt());
    assertFalse(info.isRevoked());
    assertEquals(info, client.async().getTokenInfo("token").join());

    service.answer(
        TokenServiceGrpc.getGetTokenInfoMethod(),
        it -> answer.toBuilder().setIsRevoked(true).build());
    assertThrows(StatusRuntimeException.class, () -> client.getTokenInfo("token"));
  }

  @Test
  void introspectToken() {
    service.answer(
        TokenServiceGrpc.getIntrospectTokenMethod(),
        it ->
            IntrospectTokenResponse.newBuilder()
                .setStateValue(Integer.parseInt(it.getToken()))
                .setClaims(Samples.claims())
                .setKeyId("key-1")
                .build());
    TokenState[] states = {
      TokenState.ACTIVE, TokenState.EXPIRED, TokenState.REVOKED, TokenState.INVALID
    };
    for (int i = 0; i < states.length; i++) {
      Introspection found = client.introspectToken(String.valueOf(i + 1));
      assertEquals(states[i], found.state());
      assertEquals(states[i] == TokenState.ACTIVE, found.isActive());
      boolean authentic = states[i] != TokenState.INVALID;
      assertEquals(authentic, found.claims().isPresent());
      assertEquals(authentic, found.keyId().isPresent());
      assertEquals(authentic, found.timeRemainingText().isPresent());
      assertEquals(found, client.async().introspectToken(String.valueOf(i + 1)).join());
    }
    assertThrows(StatusRuntimeException.class, () -> client.introspectToken("99"));
  }

  @Test
  void exportConfig() {
    ExportConfigResponse.Builder answer =
        ExportConfigResponse.newBuilder()
            .setAlgorithm("Fernet-PBKDF2-SHA256")
            .setVersion("1.0")
            .setIterations(-1)
            .setSalt(ByteString.copyFromUtf8("salt"))
            .setServerVersion("0.1.0")
            .setCaller("gateway")
            .addCallerRpcs("ExportConfig")
            .setDefaultExpiresIn(com.google.protobuf.Duration.newBuilder().setSeconds(7200));
    for (int state = 1; state <= 3; state++) {
      answer.addKeysBuilder().setKeyId("key-" + state).setStateValue(state);
    }
    answer.addKeysBuilder().setKeyId("key-9").setStateValue(9);
    service.answer(TokenServiceGrpc.getExportConfigMethod(), it -> answer.build());
    ServiceConfig config = client.exportConfig();
    assertEquals(4_294_967_295L, config.iterations(), "unsigned on the wire");
    assertEquals(Duration.ofHours(2), config.defaultExpiresIn());
    assertEquals("0.1.0", config.serverVersion());
    assertEquals("gateway", config.caller());
    assertEquals(List.of("ExportConfig"), config.callerRpcs());
    assertEquals(
        "[key-1=STAGED, key-2=PRIMARY, key-3=SECONDARY, key-9=UNSPECIFIED]",
        config.keys().toString());
    config.salt()[0] = 0;
    assertEquals("salt", new String(config.salt(), StandardCharsets.UTF_8));
    assertEquals(config, client.async().exportConfig().join());
  }

  @Test
  void anEmptyAnswerIsNoResult() {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> ValidateTokenResponse.getDefaultInstance());
    StatusRuntimeException error =
        assertThrows(StatusRuntimeException.class, () -> client.validateToken("token"));
    assertEquals(Status.Code.INTERNAL, error.getStatus().getCode());
  }

  @Test
  void aTokenThatIsFarTooLongIsCutToOneCharacterTooMany() {
    service.answer(TokenServiceGrpc.getValidateTokenMethod(), it -> refuse());
    assertThrows(InvalidTokenError.class, () -> client.validateToken("x".repeat(100_000)));
    ValidateTokenRequest request = (ValidateTokenRequest) service.requests().get(0);
    assertEquals(8193, request.getToken().length());
  }

  @Test
  void fiveSecondsUnlessSaidOtherwise() {
    service.answer(TokenServiceGrpc.getValidateTokenMethod(), it -> Samples.validated().build());
    client.validateToken("token");
    assertRemaining(4_000, 5_000);
    client.stub().validateToken(ValidateTokenRequest.getDefaultInstance());
    assertRemaining(4_000, 5_000);
    client.withDeadline(Duration.ofSeconds(30)).validateToken("token");
    assertRemaining(29_000, 30_000);
    SecureTokenClient.builder(service.channel())
        .defaultDeadline(Duration.ofSeconds(50))
        .build()
        .async()
        .validateToken("token")
        .join();
    assertRemaining(49_000, 50_000);
  }

  private void assertRemaining(long min, long max) {
    long millis = service.deadline().timeRemaining(TimeUnit.MILLISECONDS);
    assertTrue(millis > min && millis <= max, () -> millis + " ms remain");
  }

  @Test
  void theDeadlineHolds() {
    service.answer(TokenServiceGrpc.getValidateTokenMethod(), it -> null);
    SecureTokenClient hasty = client.withDeadline(Duration.ofMillis(50));
    StatusRuntimeException error =
        assertThrows(StatusRuntimeException.class, () -> hasty.validateToken("token"));
    assertEquals(Status.Code.DEADLINE_EXCEEDED, error.getStatus().getCode());
  }

  @Test
  void theApiKeyIsSent() {
    service.answer(TokenServiceGrpc.getValidateTokenMethod(), it -> Samples.validated().build());
    client.validateToken("token");
    assertNull(service.authorization());
    SecureTokenClient.builder(service.channel()).apiKey("key-1").build().validateToken("token");
    assertEquals("Bearer key-1", service.authorization());
  }

  @Test
  void anApiKeyThatNoHeaderCarriesIsNotQuoted() {
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class,
            () -> SecureTokenClient.builder("localhost:1").apiKey("key\n1"));
    assertFalse(error.getMessage().contains("key\n1"));
  }

  @Test
  void aChannelDecidesHowItConnects() {
    assertThrows(
        IllegalStateException.class,
        () -> SecureTokenClient.builder(service.channel()).plaintext().build());
    client.close();
    assertFalse(service.channel().isShutdown(), "it is the application's to close");
  }

  @Test
  void deadlinesAreAboveZero() {
    SecureTokenClientBuilder builder = SecureTokenClient.builder("localhost:1");
    for (long millis : new long[] {0, -1, 60_001, 90_000}) {
      Duration deadline = Duration.ofMillis(millis);
      assertThrows(IllegalArgumentException.class, () -> builder.defaultDeadline(deadline));
      assertThrows(IllegalArgumentException.class, () -> client.withDeadline(deadline));
    }
  }

  @Test
  void aLongerDeadlineIsCutToWhatTheServiceTakes() {
    service.answer(TokenServiceGrpc.getValidateTokenMethod(), it -> Samples.validated().build());
    client.withDeadline(Duration.ofSeconds(60)).validateToken("token");
    assertRemaining(58_000, 59_900);
    client
        .stub()
        .withDeadlineAfter(2, TimeUnit.MINUTES)
        .validateToken(ValidateTokenRequest.getDefaultInstance());
    assertRemaining(58_000, 59_900);
  }

  @Test
  void anUnsetApiKeyIsNone() {
    service.answer(TokenServiceGrpc.getValidateTokenMethod(), it -> Samples.validated().build());
    for (String unset : new String[] {null, ""}) {
      SecureTokenClient.builder(service.channel()).apiKey(unset).build().validateToken("token");
      assertNull(service.authorization());
    }
  }

  @Test
  void aFunctionIsAskedForTheApiKeyOfEveryAttempt() {
    Iterator<String> keys = List.of("old", "new").iterator();
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          if (service.authorization().equals("Bearer old")) {
            throw caller("UNKNOWN_CALLER", Status.Code.UNAUTHENTICATED);
          }
          return Samples.validated().build();
        });
    SecureTokenClient.builder(service.channel())
        .apiKey(keys::next)
        .build()
        .validateToken("token");
    assertEquals("Bearer new", service.authorization());
    SecureTokenClient empty =
        SecureTokenClient.builder(service.channel()).apiKey(() -> "").build();
    StatusRuntimeException error =
        assertThrows(StatusRuntimeException.class, () -> empty.validateToken("token"));
    assertEquals(Status.Code.UNAUTHENTICATED, error.getStatus().getCode());
  }

  @Test
  void aKeyFileIsReadAgain(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("key");
    Files.writeString(file, "first\n");
    AtomicLong clock = new AtomicLong();
    KeySource source = KeySource.of(file, clock::get);
    Files.writeString(file, "second\n");
    assertEquals("first", source.key());
    assertTrue(source.renew());
    assertEquals("second", source.key());
    Files.writeString(file, ""); // being written
    clock.addAndGet(2_000_000_000);
    assertEquals("second", source.key());
    Files.writeString(file, "third");
    clock.addAndGet(2_000_000_000);
    assertEquals("third", source.key());
    assertThrows(
        IOException.class,
        () -> SecureTokenClient.builder("a:1").apiKeyFile(folder.resolve("other")));
  }

  @Test
  void theOwnCredentialIsRefused() {
    service.answer(
        TokenServiceGrpc.getGenerateTokenMethod(),
        it -> {
          throw caller("GRANT_NOT_ALLOWED", Status.Code.PERMISSION_DENIED);
        });
    CallerRefusedError error =
        assertThrows(CallerRefusedError.class, () -> client.generateToken("user-1"));
    assertEquals("GRANT_NOT_ALLOWED", error.reason());
    assertEquals("permissions", error.field());
    assertEquals(Map.of("permission", "read"), error.metadata());
    CompletionException later =
        assertThrows(
            CompletionException.class, () -> client.async().generateToken("user-1").join());
    assertEquals(CallerRefusedError.class, later.getCause().getClass());
  }

  @Test
  void theRateIsObeyedWithinTheDeadline() {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          if (service.requests().size() < 3) {
            throw rate(com.google.protobuf.Duration.newBuilder().setNanos(20_000_000));
          }
          return Samples.validated().build();
        });
    assertEquals("id-1", client.validateToken("token").tokenId());
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          throw rate(com.google.protobuf.Duration.newBuilder().setSeconds(30));
        });
    RateExceededError error =
        assertThrows(RateExceededError.class, () -> client.validateToken("token"));
    assertEquals(Optional.of(Duration.ofSeconds(30)), error.retryAfter());
    assertEquals(4, service.requests().size());
  }

  @Test
  void guardsAndVerifiersWaitForNoRate() {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          throw rate(com.google.protobuf.Duration.newBuilder().setNanos(1_000_000));
        });
    TokenGuard guard = TokenGuard.builder(client).build();
    Admission refused = guard.admitToken(Requirement.anyValidToken(), "token").join();
    assertEquals(RefusalReason.UNAVAILABLE, refused.refusal().get().reason());
    assertEquals(1, service.requests().size());
    try (WatchedVerifier verifier = WatchedVerifier.of(client)) {
      assertThrows(RateExceededError.class, () -> verifier.verify("token"));
    }
  }

  @Test
  void guardsAndVerifiersWaitForAServiceThatHasNoRoom() {
    RetryInfo retry =
        RetryInfo.newBuilder()
            .setRetryDelay(com.google.protobuf.Duration.newBuilder().setNanos(1_000_000))
            .build();
    AtomicInteger calls = new AtomicInteger();
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          if (calls.incrementAndGet() % 2 == 1) {
            throw FakeTokenService.error(Status.Code.RESOURCE_EXHAUSTED, "no", retry);
          }
          return Samples.validated().build();
        });
    TokenGuard guard = TokenGuard.builder(client).build();
    Admission admitted = guard.admitToken(Requirement.anyValidToken(), "token").join();
    assertEquals(Optional.empty(), admitted.refusal());
    try (WatchedVerifier verifier = WatchedVerifier.of(client)) {
      assertEquals("id-1", verifier.verify("token").tokenId());
    }
    assertEquals(4, calls.get());
  }

  private static StatusRuntimeException caller(String reason, Status.Code code) {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setDomain("securetoken.v1")
            .setReason("CALLER_ERROR_REASON_" + reason)
            .putMetadata("field", "permissions")
            .putMetadata("permission", "read")
            .build();
    return FakeTokenService.error(code, "no", info);
  }

  private static StatusRuntimeException rate(com.google.protobuf.Duration.Builder delay) {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setDomain("securetoken.v1")
            .setReason("CALLER_ERROR_REASON_RATE_EXCEEDED")
            .build();
    RetryInfo retry = RetryInfo.newBuilder().setRetryDelay(delay).build();
    return FakeTokenService.error(Status.Code.RESOURCE_EXHAUSTED, "no", info, retry);
  }

  private static ValidateTokenResponse refuse() {
    throw Samples.invalidToken();
  }
}
