package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.ErrorInfo;
import dev.securetoken.v1.TokenErrorDetail;
import dev.securetoken.v1.TokenServiceGrpc;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
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

  private static RefusalReason refusal(TokenGuard guard, String... headers) {
    return refusal(guard, Requirement.anyValidToken(), headers);
  }

  private static RefusalReason refusal(
      TokenGuard guard, Requirement requirement, String... headers) {
    Admission admission = guard.admit(requirement, List.of(headers)).join();
    return admission.refusal().map(Refusal::reason).orElse(null);
  }

  @Test
  void aValidTokenPasses() {
    TokenGuard guard = TokenGuard.builder(client).build();
    Admission admission = guard.admit(Requirement.anyValidToken(), List.of("Bearer abc=")).join();
    assertEquals(Optional.empty(), admission.refusal());
    assertEquals("user-1", admission.token().userId());
    assertEquals(Optional.of("abc="), admission.bearer());
  }

  static Stream<Arguments> requirements() {
    return Stream.of(
        Arguments.of(Requirement.allOf("read"), null),
        Arguments.of(Requirement.allOf("read", "write"), RefusalReason.PERMISSION_MISSING),
        Arguments.of(Requirement.allOf("Read"), RefusalReason.PERMISSION_MISSING),
        Arguments.of(Requirement.anyOf("write", "read"), null),
        Arguments.of(Requirement.anyOf("write"), RefusalReason.PERMISSION_MISSING));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("requirements")
  void permissionsMustBeHeldExactly(Requirement requirement, RefusalReason expected) {
    TokenGuard guard = TokenGuard.builder(client).build();
    assertEquals(expected, refusal(guard, requirement, "Bearer abc"));
  }

  @Test
  void nobodyPassesWhereNoTokenIsRequired() {
    TokenGuard guard = TokenGuard.builder(client).build();
    assertEquals(null, refusal(guard, Requirement.open(), "Bearer a", "Bearer a"));
    assertEquals(null, refusal(guard, Requirement.optional()));
    assertEquals(
        RefusalReason.TOKEN_INVALID, refusal(guard, Requirement.optional(), "Bearer a b"));
    assertEquals(List.of(), service.requests());
  }

  @Test
  void aRequirementThatNamesNothingIsRefused() {
    assertThrows(IllegalArgumentException.class, Requirement::allOf);
    assertThrows(IllegalArgumentException.class, Requirement::anyOf);
    assertThrows(IllegalArgumentException.class, () -> Requirement.allOf("read", ""));
    assertThrows(IllegalArgumentException.class, () -> Requirement.anyOf((String) null));
    TokenGuard guard = TokenGuard.builder(client).build();
    assertThrows(NullPointerException.class, () -> guard.admit(null, List.of("Bearer abc")));
  }

  static Stream<Arguments> headers() {
    RefusalReason missing = RefusalReason.TOKEN_MISSING;
    RefusalReason invalid = RefusalReason.TOKEN_INVALID;
    String longest = "A".repeat(8192);
    return Stream.of(
        headers(missing),
        headers(missing, ""),
        headers(missing, "abc"),
        headers(missing, "Basic dXNlcjpwYXNz"),
        headers(missing, "BearerX abc"),
        headers(missing, "Bearer\tabc"),
        headers(missing, "Bearer\u3000abc"),
        headers(missing, "\u212aearer abc"),
        headers(invalid, "Bearer"),
        headers(invalid, "Bearer "),
        headers(invalid, "Bearer =="),
        headers(invalid, "Bearer a=b"),
        headers(invalid, "Bearer a b"),
        headers(invalid, "Bearer a,Bearer b"),
        headers(invalid, "Bearer abc\u00a0"),
        headers(invalid, "Bearer \u0085abc"),
        headers(invalid, "Bearer a\n"),
        headers(invalid, "Bearer A" + longest),
        headers(invalid, "Bearer a", "Bearer a"),
        headers(invalid, "Basic dXNlcjpwYXNz", "Bearer a"));
  }

  private static Arguments headers(RefusalReason reason, String... headers) {
    return Arguments.of(reason, headers);
  }

  @ParameterizedTest
  @MethodSource("headers")
  void withoutExactlyOneTokenNobodyIsAsked(RefusalReason reason, String[] headers) {
    TokenGuard guard = TokenGuard.builder(client).build();
    assertEquals(reason, refusal(guard, headers));
    assertEquals(List.of(), service.requests());
  }

  @Test
  void theSchemeHasNoCaseAndBlanksAroundTheTokenAreNone() {
    TokenGuard guard = TokenGuard.builder(client).build();
    assertEquals(null, refusal(guard, "\tbEARER  \ta.b-c_d~e+f/g==\t "));
    assertEquals(null, refusal(guard, "Bearer " + "A".repeat(8192)));
  }

  @Test
  void aTokenThatTheApplicationFoundItself() {
    TokenGuard guard = TokenGuard.builder(client).build();
    for (String none : new String[] {null, ""}) {
      Admission admission = guard.admitToken(Requirement.anyValidToken(), none).join();
      assertEquals(
          RefusalReason.TOKEN_MISSING, admission.refusal().map(Refusal::reason).orElse(null));
    }
    assertEquals(
        Optional.empty(), guard.admitToken(Requirement.anyValidToken(), "abc").join().refusal());
  }

  @Test
  void aBurstWithOneTokenIsOneCall() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch all = new CountDownLatch(1);
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          asked.countDown();
          await(all);
          return Samples.validated("read").build();
        });
    TokenGuard guard = TokenGuard.builder(client).build();
    List<CompletableFuture<Admission>> admissions = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      admissions.add(guard.admit(Requirement.anyValidToken(), List.of("Bearer abc")));
    }
    await(asked);
    all.countDown();
    for (CompletableFuture<Admission> admission : admissions) {
      assertEquals(Optional.empty(), admission.join().refusal());
    }
    assertEquals(1, service.requests().size());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void theFaultHandlerIsToldWhatWasRefusedForNoRuleAndItsOwnFaultsChangeNothing() {
    List<Throwable> faults = new ArrayList<>();
    TokenGuard guard =
        TokenGuard.builder(client)
            .onFault(
                fault -> {
                  faults.add(fault);
                  throw new IllegalStateException("the handler's own fault");
                })
            .build();
    Admission admission = guard.refuseUnnamed("GET /x");
    assertEquals(
        RefusalReason.PERMISSION_MISSING, admission.refusal().map(Refusal::reason).orElse(null));
    assertEquals(NoRuleException.class, faults.get(0).getClass());
  }

  static Stream<Arguments> failures() {
    TokenErrorDetail newer = TokenErrorDetail.newBuilder().setKindValue(99).build();
    ErrorInfo caller = ErrorInfo.newBuilder().setReason("ERROR_REASON_CALLER_UNKNOWN").build();
    return Stream.of(
        Arguments.of(
            FakeTokenService.error(
                Status.Code.UNAUTHENTICATED,
                "",
                TokenErrorDetail.newBuilder()
                    .setKind(dev.securetoken.v1.TokenErrorKind.TOKEN_ERROR_KIND_TOKEN_EXPIRED)
                    .build()),
            RefusalReason.TOKEN_EXPIRED),
        Arguments.of(Samples.invalidToken(), RefusalReason.TOKEN_INVALID),
        Arguments.of(
            FakeTokenService.error(Status.Code.FAILED_PRECONDITION, "", newer),
            RefusalReason.TOKEN_INVALID),
        Arguments.of(
            FakeTokenService.error(Status.Code.UNAUTHENTICATED, "", caller),
            RefusalReason.UNAVAILABLE),
        Arguments.of(Status.UNAVAILABLE.asRuntimeException(), RefusalReason.UNAVAILABLE),
        Arguments.of(Status.INTERNAL.asRuntimeException(), RefusalReason.UNAVAILABLE));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("failures")
  void whatIsNotKnownToBeGoodIsDenied(RuntimeException failure, RefusalReason expected) {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          throw failure;
        });
    TokenGuard guard =
        TokenGuard.builder(client.withDeadline(Duration.ofMillis(200)))
            .cache(Duration.ofSeconds(5), 10)
            .build();
    Admission admission = guard.admit(Requirement.anyValidToken(), List.of("Bearer abc")).join();
    assertEquals(expected, admission.refusal().map(Refusal::reason).orElse(null));
    assertThrows(NoSuchElementException.class, admission::token);
    assertEquals(expected, refusal(guard, "Bearer abc"));
    assertTrue(service.requests().size() >= 2, "only valid answers are remembered");
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
            .cache(Duration.ofSeconds(60), 10)
            .build();
    assertEquals(null, refusal(guard, "Bearer abc"));
    assertEquals(null, refusal(guard, "Bearer abc"));
    assertEquals(1, service.requests().size());
    assertEquals(null, refusal(guard, "Bearer abd"));
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
