package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.securetoken.testing.TokenServiceStandIn;
import dev.securetoken.v1.BatchValidateTokensResponse;
import dev.securetoken.v1.BatchValidateTokensResult;
import dev.securetoken.v1.CheckPermissionResponse;
import dev.securetoken.v1.CheckPermissionsResponse;
import dev.securetoken.v1.PermissionResult;
import dev.securetoken.v1.TokenServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An audience that is required: by each call about tokens, by guards, and of kept answers. */
class AudienceTest {
  private static final CheckOptions ORDERS = CheckOptions.audience("orders");

  private TokenServiceStandIn service;
  private SecureTokenClient client;
  private String own;
  private List<String> others;

  @BeforeEach
  void start() {
    service = new TokenServiceStandIn();
    client =
        SecureTokenClient.builder(service.address())
            .defaultDeadline(Duration.ofSeconds(30)) // a busy machine takes its time to connect
            .build();
    own = issue("stock", "orders");
    others = List.of(issue("stock", "Orders"), issue());
  }

  @AfterEach
  void stop() {
    client.close();
    service.close();
  }

  private String issue(String... audiences) {
    GenerateOptions options = GenerateOptions.permissions("read").audiences(audiences);
    IssuedToken issued = client.generateToken("user-1", options);
    assertEquals(List.of(audiences), issued.audiences());
    return issued.token();
  }

  private interface Check extends BiConsumer<SecureTokenClient, String> {}

  private static Named<Check> named(String name, Check check) {
    return Named.of(name, check);
  }

  static Stream<Named<Check>> checks() {
    return Stream.of(
        named("validateToken", (client, token) -> client.validateToken(token, ORDERS)),
        named("checkPermission", (client, token) -> client.checkPermission(token, "read", ORDERS)),
        named(
            "checkPermissions",
            (client, token) -> client.checkPermissions(token, List.of("read"), ORDERS)),
        named(
            "batchValidateTokens",
            (client, token) ->
                client.batchValidateTokens(List.of(token), ORDERS).get(0).orElseThrow()));
  }

  @ParameterizedTest
  @MethodSource("checks")
  void aCallTakesTokensForTheAudienceAlone(Check check) {
    check.accept(client, own);
    for (String other : others) {
      InvalidTokenError error =
          assertThrows(InvalidTokenError.class, () -> check.accept(client, other));
      assertEquals("AUDIENCE_MISMATCH", error.reason());
      assertEquals("orders", error.metadata().get("audience"));
    }
  }

  @ParameterizedTest
  @MethodSource("checks")
  void noAnswerOfAServerThatDidNotCheckIsTaken(Check check) throws Exception {
    try (FakeTokenService old = new FakeTokenService()) {
      old.answer(
          TokenServiceGrpc.getValidateTokenMethod(), it -> Samples.validated("read").build());
      old.answer(
          TokenServiceGrpc.getCheckPermissionMethod(),
          it -> CheckPermissionResponse.newBuilder().setGranted(true).build());
      PermissionResult granted =
          PermissionResult.newBuilder().setPermission("read").setGranted(true).build();
      old.answer(
          TokenServiceGrpc.getCheckPermissionsMethod(),
          it -> CheckPermissionsResponse.newBuilder().addResults(granted).build());
      BatchValidateTokensResult valid =
          BatchValidateTokensResult.newBuilder().setClaims(Samples.claims()).build();
      old.answer(
          TokenServiceGrpc.getBatchValidateTokensMethod(),
          it -> BatchValidateTokensResponse.newBuilder().addResults(valid).build());
      StatusRuntimeException error =
          assertThrows(
              StatusRuntimeException.class, () -> check.accept(old.client(), "token"));
      assertEquals(Status.Code.INTERNAL, error.getStatus().getCode());
    }
  }

  @Test
  void whatWasCheckedIsTold() {
    ValidToken valid = client.async().validateToken(own, ORDERS).join();
    assertEquals(List.of("stock", "orders"), valid.audiences());
    assertTrue(valid.hasAudience("stock"));
    assertEquals(Optional.of("orders"), valid.checkedAudience());
    assertEquals(Optional.empty(), client.validateToken(own).checkedAudience());
    assertEquals(List.of(), client.validateToken(others.get(1)).audiences());
    assertEquals(
        List.of("stock", "orders"),
        client.introspectToken(own).claims().orElseThrow().audiences());
  }

  @Test
  void aGuardAdmitsTokensForItsAudienceAlone() {
    for (TokenGuard.Builder builder :
        List.of(
            TokenGuard.builder(client),
            TokenGuard.builder(client).cache(Duration.ofSeconds(60), 10),
            TokenGuard.builder(client).watch())) {
      TokenGuard guard = builder.audience("orders").build();
      for (int i = 0; i < 2; i++) { // the second time it may be known
        assertEquals(Optional.empty(), reason(guard, own));
        for (String other : others) {
          assertEquals(Optional.of(RefusalReason.TOKEN_INVALID), reason(guard, other));
        }
      }
    }
    TokenGuard any = TokenGuard.builder(client).build();
    assertEquals(Optional.empty(), reason(any, others.get(1)));
  }

  private static Optional<RefusalReason> reason(TokenGuard guard, String token) {
    return guard
        .admit(Requirement.allOf("read"), List.of("Bearer " + token))
        .join()
        .refusal()
        .map(Refusal::reason);
  }

  @Test
  void aVerifierTakesTokensForItsAudienceAlone() {
    try (WatchedVerifier verifier = WatchedVerifier.builder(client).audience("orders").build()) {
      for (int i = 0; i < 2; i++) { // the second time they may be kept
        assertEquals("user-1", verifier.verify(own, "read").userId());
        for (String other : others) {
          InvalidTokenError error =
              assertThrows(InvalidTokenError.class, () -> verifier.verify(other));
          assertEquals("AUDIENCE_MISMATCH", error.reason());
          assertEquals("audience", error.field());
          assertEquals("Token is not for audience 'orders'", error.getMessage());
        }
      }
    }
  }

  @Test
  void anAudienceThatWouldRequireNoneIsRefused() {
    for (String audience : new String[] {"", null}) {
      assertThrows(
          IllegalArgumentException.class, () -> TokenGuard.builder(client).audience(audience));
      assertThrows(
          IllegalArgumentException.class, () -> WatchedVerifier.builder(client).audience(audience));
    }
  }
}
