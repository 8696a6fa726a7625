package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.google.protobuf.ByteString;
import com.google.rpc.Status;
import dev.securetoken.v1.BatchValidateTokensResponse;
import dev.securetoken.v1.ExportConfigResponse;
import dev.securetoken.v1.GenerateTokenResponse;
import dev.securetoken.v1.IntrospectTokenResponse;
import dev.securetoken.v1.ListRevocationsResponse;
import dev.securetoken.v1.TokenServiceGrpc;
import dev.securetoken.v1.TokenState;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Results as a controller gives them to Jackson, 2 as Spring Boot 3 sets it up, and 3. */
class JacksonTest {
  private static final ObjectMapper JACKSON_2 =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(
              SerializationFeature.WRITE_DATES_AS_TIMESTAMPS,
              SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .build();
  private static final tools.jackson.databind.ObjectMapper JACKSON_3 =
      new tools.jackson.databind.ObjectMapper();

  private static final String CLAIMS =
      "'tokenId':'id-1','userId':'user-1','permissions':['read'],"
          + "'issuedAt':'2030-01-02T03:04:05.678901Z','expiresAt':'2030-01-02T04:04:05.678901Z',"
          + "'additionalData':{'level':1},'sessionId':'','keyId':'','audiences':[]";
  private static final String VALID =
      CLAIMS
          + ",'timeRemaining':'PT59M59.999648S','timeRemainingText':'0:59:59.999648',"
          + "'sessionStartedAt':'2030-01-02T03:04:05.678901Z','checkedAudience':null";

  private FakeTokenService service;
  private SecureTokenClient client;

  @BeforeEach
  void start() throws Exception {
    service = new FakeTokenService();
    client = service.client();
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private static void assertJson(String expected, Object result) throws Exception {
    String json = expected.replace('\'', '"');
    assertEquals(JACKSON_2.readTree(json), JACKSON_2.readTree(JACKSON_2.writeValueAsString(result)));
    assertEquals(JACKSON_3.readTree(json), JACKSON_3.readTree(JACKSON_3.writeValueAsString(result)));
  }

  @Test
  void aValidToken() throws Exception {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(), it -> Samples.validated("read").build());
    assertJson("{" + VALID + "}", client.validateToken("token"));
  }

  @Test
  void aNewToken() throws Exception {
    GenerateTokenResponse answer =
        GenerateTokenResponse.newBuilder()
            .setToken("token")
            .setTokenId("id-1")
            .setUserId("user-1")
            .addPermissions("read")
            .setIssuedAt(Samples.timestamp(Samples.ISSUED_AT))
            .setExpiresAt(Samples.timestamp(Samples.EXPIRES_AT))
            .setAdditionalData(Samples.data())
            .build();
    service.answer(TokenServiceGrpc.getGenerateTokenMethod(), it -> answer);
    assertJson(
        "{" + CLAIMS + ",'token':'token','clamped':false}", client.generateToken("user-1"));
  }

  @Test
  void aBatch() throws Exception {
    Status refused = StatusProto.fromThrowable(Samples.invalidToken());
    BatchValidateTokensResponse.Builder answer = BatchValidateTokensResponse.newBuilder();
    answer.addResultsBuilder().setClaims(Samples.claims());
    answer.addResultsBuilder().setError(refused);
    service.answer(TokenServiceGrpc.getBatchValidateTokensMethod(), it -> answer.build());
    String claims = VALID.replace("PT59M59.999648S", "PT0S").replace("0:59:59.999648", "0:00:00");
    assertJson(
        "[{'valid':true,'token':{"
            + claims
            + "},'reason':null},{'valid':false,'token':null,'reason':'TOKEN_MALFORMED'}]",
        client.batchValidateTokens(List.of("good", "bad")));
  }

  @Test
  void aState() throws Exception {
    IntrospectTokenResponse answer =
        IntrospectTokenResponse.newBuilder().setState(TokenState.TOKEN_STATE_INVALID).build();
    service.answer(TokenServiceGrpc.getIntrospectTokenMethod(), it -> answer);
    assertJson(
        "{'state':'INVALID','active':false,'claims':null,'timeRemaining':null,"
            + "'timeRemainingText':null,'keyId':null}",
        client.introspectToken("bad"));
  }

  @Test
  void whatIsRevoked() throws Exception {
    ListRevocationsResponse.Builder answer = ListRevocationsResponse.newBuilder();
    answer
        .addRevocationsBuilder()
        .setTokenId("id-1")
        .setExpiresAt(Samples.timestamp(Samples.EXPIRES_AT))
        .setRevokedAt(Samples.timestamp(Samples.ISSUED_AT));
    service.answer(TokenServiceGrpc.getListRevocationsMethod(), it -> answer.build());
    assertJson(
        "{'revocations':[{'tokenId':'id-1','sessionId':null,'userIdSha256':null,"
            + "'everything':false,'issuedBefore':null,'expiresAt':'2030-01-02T04:04:05.678901Z',"
            + "'revokedAt':'2030-01-02T03:04:05.678901Z','reason':''}],'nextPageToken':''}",
        client.listRevocations(RevocationQuery.all()));
  }

  @Test
  void theConfiguration() throws Exception {
    ExportConfigResponse answer =
        ExportConfigResponse.newBuilder()
            .setAlgorithm("a")
            .setVersion("1.0")
            .setIterations(1)
            .setSalt(ByteString.copyFrom(new byte[] {1}))
            .setDefaultExpiresIn(com.google.protobuf.Duration.newBuilder().setSeconds(86_400))
            .setServerVersion("0.1.0")
            .build();
    service.answer(TokenServiceGrpc.getExportConfigMethod(), it -> answer);
    assertJson(
        "{'algorithm':'a','version':'1.0','iterations':1,'salt':'AQ==',"
            + "'defaultExpiresIn':'PT24H','keys':[],'serverVersion':'0.1.0','caller':'',"
            + "'callerRpcs':[]}",
        client.exportConfig());
  }
}
