package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.rpc.ErrorInfo;
import dev.securetoken.v1.TokenErrorDetail;
import dev.securetoken.v1.TokenServiceGrpc;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TokenGuardTest {
  private FakeTokenService service;
  private SecureTokenClient client;

  @BeforeEach
  void start() throws Exception {
    service = new FakeTokenService();
    client = service.client();
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(), it -> Samples.validated("read").build());
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private static Optional<Refusal> refusal(TokenGuard guard, String... headers) {
    return guard.admit(List.of(headers)).join().refusal();
  }

  @Test
  void aValidTokenPasses() {
    Admission admission = TokenGuard.builder(client).build().admit(List.of("Bearer abc=")).join();
    assertEquals(Optional.empty(), admission.refusal());
    assertEquals("user-1", admission.token().userId());
  }

  @ParameterizedTest(name = "a guard for {0}: {1}")
  @CsvSource({
    "read,",
    "write, PERMISSION_MISSING",
    "Read, PERMISSION_MISSING",
    "'', PERMISSION_MISSING"
  })
  void thePermissionMustBeHeldExactly(String permission, Refusal expected) {
    TokenGuard guard = TokenGuard.builder(client).requirePermission(permission).build();
    assertEquals(Optional.ofNullable(expected), refusal(guard, "Bearer abc"));
  }

  static Stream<Arguments> withoutToken() {
    return Stream.of(
        headers(),
        headers(""),
        headers("Bearer"),
        headers("Bearer "),
        headers("abc"),
        headers("Basic dXNlcjpwYXNz"),
        headers("Bearer a b"),
        headers("Bearer a,Bearer b"),
        headers("Bearer =a"),
        headers("Bearer \u00e9"),
        headers("Bearer a\n"),
        headers(" Bearer a"),
        headers("Bearer a", "Bearer a"),
        headers("Basic dXNlcjpwYXNz", "Bearer a"));
  }

  private static Arguments headers(String... headers) {
    return Arguments.of((Object) headers);
  }

  @ParameterizedTest
  @MethodSource("withoutToken")
  void withoutExactlyOneTokenNobodyIsAsked(String[] headers) {
    TokenGuard guard = TokenGuard.builder(client).build();
    assertEquals(Optional.of(Refusal.TOKEN_MISSING), refusal(guard, headers));
    assertEquals(List.of(), service.requests());
  }

  @Test
  void theSchemeHasNoCase() {
    TokenGuard guard = TokenGuard.builder(client).build();
    assertEquals(Optional.empty(), refusal(guard, "bEARER  a.b-c_d~e+f/g=="));
  }

  static Stream<Arguments> failures() {
    TokenErrorDetail newer = TokenErrorDetail.newBuilder().setKindValue(99).build();
    ErrorInfo caller = ErrorInfo.newBuilder().setReason("ERROR_REASON_CALLER_UNKNOWN").build();
    return Stream.of(
        Arguments.of(Samples.invalidToken(), Refusal.TOKEN_INVALID),
        Arguments.of(
            FakeTokenService.error(Status.Code.FAILED_PRECONDITION, "", newer),
            Refusal.TOKEN_INVALID),
        Arguments.of(
            FakeTokenService.error(Status.Code.UNAUTHENTICATED, "", caller),
            Refusal.SERVICE_UNAVAILABLE),
        Arguments.of(Status.UNAVAILABLE.asRuntimeException(), Refusal.SERVICE_UNAVAILABLE),
        Arguments.of(Status.INTERNAL.asRuntimeException(), Refusal.SERVICE_UNAVAILABLE));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("failures")
  void whatIsNotKnownToBeGoodIsDenied(RuntimeException failure, Refusal expected) {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          throw failure;
        });
    TokenGuard guard = TokenGuard.builder(client).cache(Duration.ofSeconds(5), 10).build();
    Admission admission = guard.admit(List.of("Bearer abc")).join();
    assertEquals(Optional.of(expected), admission.refusal());
    assertThrows(NoSuchElementException.class, admission::token);
    assertEquals(Optional.of(expected), refusal(guard, "Bearer abc"));
    assertEquals(2, service.requests().size(), "only valid answers are remembered");
  }

  @Test
  void nothingIsRememberedByDefault() {
    TokenGuard guard = TokenGuard.builder(client).build();
    refusal(guard, "Bearer abc");
    refusal(guard, "Bearer abc");
    assertEquals(2, service.requests().size());
  }

  @Test
  void aTokenSeenAMomentAgoCostsNoCall() {
    TokenGuard guard =
        TokenGuard.builder(client)
            .requirePermission("read")
            .cache(Duration.ofSeconds(60), 10)
            .build();
    assertEquals(Optional.empty(), refusal(guard, "Bearer abc"));
    assertEquals(Optional.empty(), refusal(guard, "Bearer abc"));
    assertEquals(1, service.requests().size());
    assertEquals(Optional.empty(), refusal(guard, "Bearer abd"));
    assertEquals(2, service.requests().size());
  }

  @Test
  void theCacheHasBounds() {
    TokenGuard.Builder builder = TokenGuard.builder(client);
    for (long seconds : new long[] {-1, 0, 61}) {
      assertThrows(
          IllegalArgumentException.class, () -> builder.cache(Duration.ofSeconds(seconds), 10));
    }
    assertThrows(IllegalArgumentException.class, () -> builder.cache(Duration.ofSeconds(1), 0));
  }
}
