package dev.securetoken.examples.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.securetoken.SecureTokenClient;
import dev.securetoken.v1.TokenServiceGrpc.TokenServiceImplBase;
import dev.securetoken.v1.ValidateTokenRequest;
import dev.securetoken.v1.ValidateTokenResponse;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReportsServerTest {
  private final HttpClient http = HttpClient.newHttpClient();
  private io.grpc.Server tokens;
  private SecureTokenClient client;
  private Server server;

  /** A token service whose tokens are their own only permission. */
  private static final class Tokens extends TokenServiceImplBase {
    @Override
    public void validateToken(
        ValidateTokenRequest request, StreamObserver<ValidateTokenResponse> observer) {
      observer.onNext(
          ValidateTokenResponse.newBuilder()
              .setValid(true)
              .setUserId("user_123")
              .addPermissions(request.getToken().replace('.', ':'))
              .setIssuedAt(Timestamp.getDefaultInstance())
              .setExpiresAt(Timestamp.getDefaultInstance())
              .setTimeRemaining(com.google.protobuf.Duration.newBuilder().setSeconds(60))
              .build());
      observer.onCompleted();
    }
  }

  @BeforeEach
  void start() throws Exception {
    tokens =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new Tokens())
            .build()
            .start();
    client = SecureTokenClient.builder("127.0.0.1:" + tokens.getPort()).plaintext().build();
    server = ReportsServer.create(client, 0, Duration.ofSeconds(10));
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
    client.close();
    tokens.shutdownNow();
  }

  private HttpResponse<String> get(String path, String authorization) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.getURI().resolve(URI.create(path)));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aReader() throws Exception {
    HttpResponse<String> answer = get("/reports", "Bearer reports.read");
    assertEquals(200, answer.statusCode());
    assertEquals("Reports for user_123: all is well.", answer.body().strip());
  }

  @Test
  void nobody() throws Exception {
    HttpResponse<String> answer = get("/reports", null);
    assertEquals(401, answer.statusCode());
    assertEquals("Bearer", answer.headers().firstValue("WWW-Authenticate").orElseThrow());
    assertTrue(answer.body().contains("\"reason\":\"TOKEN_MISSING\""));
  }

  @Test
  void somebodyElse() throws Exception {
    assertEquals(403, get("/reports", "Bearer reports.write").statusCode());
  }

  @Test
  void withoutTokenService() throws Exception {
    tokens.shutdownNow().awaitTermination();
    assertEquals(503, get("/reports", "Bearer reports.read").statusCode());
  }

  @Test
  void whatNoRuleNamesIsRefused() throws Exception {
    assertEquals(403, get("/other", "Bearer reports.read").statusCode());
  }

  @Test
  void whatTheVerifierHasDoneIsOpen() throws Exception {
    get("/reports", "Bearer reports.read");
    assertTrue(get("/verifier", null).body().contains("\"misses\":1,"));
  }

  @Test
  void healthIsOpen() throws Exception {
    assertEquals(204, get("/health", null).statusCode());
  }
}
