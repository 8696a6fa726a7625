package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.protobuf.ByteString;
import dev.securetoken.v1.ListRevocationsRequest;
import dev.securetoken.v1.ListRevocationsResponse;
import dev.securetoken.v1.RevocationResult;
import dev.securetoken.v1.RevocationTarget.TargetCase;
import dev.securetoken.v1.RevokeTokensRequest;
import dev.securetoken.v1.RevokeTokensResponse;
import dev.securetoken.v1.TokenServiceGrpc;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RevocationTest {
  private static final Instant NOON = Instant.parse("2030-01-02T12:00:00.000001Z");

  private FakeTokenService service;
  private SecureTokenClient client;

  @BeforeEach
  void start() throws Exception {
    service = new FakeTokenService();
    client = service.client();
    service.answer(
        TokenServiceGrpc.getRevokeTokensMethod(),
        it -> {
          RevokeTokensResponse.Builder answer = RevokeTokensResponse.newBuilder();
          for (int i = 0; i < it.getTargetsCount(); i++) {
            answer.addResults(RevocationResult.newBuilder().setOutcomeValue(1 + i % 4));
          }
          return answer.build();
        });
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void targetsAndOutcomes() {
    List<RevocationTarget> targets =
        List.of(
            RevocationTarget.token("secret"),
            RevocationTarget.tokenId("id", NOON),
            RevocationTarget.user("user-1", NOON),
            RevocationTarget.everything(NOON));
    assertEquals(
        List.of(
            RevocationOutcome.REVOKED,
            RevocationOutcome.ALREADY_EXPIRED,
            RevocationOutcome.NOT_AUTHENTIC,
            RevocationOutcome.UNSPECIFIED),
        client.revokeTokens(targets, "left"));
    RevokeTokensRequest sent = (RevokeTokensRequest) service.requests().get(0);
    assertEquals("left", sent.getReason());
    assertEquals("secret", sent.getTargets(0).getToken());
    assertEquals(Samples.timestamp(NOON), sent.getTargets(1).getTokenId().getExpiresAt());
    assertEquals(Samples.timestamp(NOON), sent.getTargets(2).getUser().getIssuedBefore());
    assertEquals(Samples.timestamp(NOON), sent.getTargets(3).getEverythingIssuedBefore());
    assertFalse(targets.toString().contains("secret"));
  }

  @Test
  void oneTargetEach() {
    assertEquals(RevocationOutcome.REVOKED, client.revokeToken("token"));
    assertEquals(RevocationOutcome.REVOKED, client.revokeSession("session"));
    assertEquals(RevocationOutcome.REVOKED, client.revokeUser("user-1"));
    assertEquals(RevocationOutcome.REVOKED, client.async().revokeToken("token").join());
    TargetCase[] kinds = {
      TargetCase.TOKEN, TargetCase.SESSION_ID, TargetCase.USER, TargetCase.TOKEN
    };
    for (int i = 0; i < kinds.length; i++) {
      RevokeTokensRequest sent = (RevokeTokensRequest) service.requests().get(i);
      assertEquals(kinds[i], sent.getTargets(0).getTargetCase());
    }
  }

  @Test
  void aPage() {
    ListRevocationsResponse.Builder answer =
        ListRevocationsResponse.newBuilder().setNextPageToken("next");
    answer
        .addRevocationsBuilder()
        .setUserIdSha256(ByteString.copyFromUtf8("digest"))
        .setIssuedBefore(Samples.timestamp(NOON))
        .setRevokedAt(Samples.timestamp(NOON))
        .setReason("left");
    service.answer(TokenServiceGrpc.getListRevocationsMethod(), it -> answer.build());
    RevocationPage page =
        client.listRevocations(RevocationQuery.all().user("user-1").pageSize(5).pageToken("page"));
    assertEquals("next", page.nextPageToken());
    Revocation entry = page.revocations().get(0);
    assertEquals(Optional.empty(), entry.tokenId());
    assertEquals("digest", new String(entry.userIdSha256().orElseThrow()));
    assertEquals(Optional.of(NOON), entry.issuedBefore());
    assertEquals(Optional.empty(), entry.expiresAt());
    assertEquals(NOON, entry.revokedAt());
    assertEquals("left", entry.reason());
    ListRevocationsRequest sent = (ListRevocationsRequest) service.requests().get(0);
    assertEquals("user-1", sent.getUserId());
    assertEquals(5, sent.getPageSize());
    assertEquals("page", sent.getPageToken());
  }
}
