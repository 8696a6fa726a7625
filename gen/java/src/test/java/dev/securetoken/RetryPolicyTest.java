package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.securetoken.v1.TokenServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPolicyTest {
  private FakeTokenService service;
  private Server server;
  private SecureTokenClient client;

  @BeforeEach
  void start() throws Exception {
    service = new FakeTokenService();
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(service)
            .build()
            .start();
    client = SecureTokenClient.builder("localhost:" + server.getPort()).plaintext().build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
    service.close();
  }

  @Test
  void unavailableIsTriedAgain() {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          if (service.requests().size() == 1) {
            throw Status.UNAVAILABLE.asRuntimeException();
          }
          return Samples.validated().build();
        });
    assertEquals("id-1", client.validateToken("token").tokenId());
    assertEquals(2, service.requests().size());
  }

  @ParameterizedTest
  @CsvSource({"UNAVAILABLE, 3", "INTERNAL, 1", "UNKNOWN, 1", "RESOURCE_EXHAUSTED, 1"})
  void howOften(Status.Code code, int tries) {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          throw code.toStatus().asRuntimeException();
        });
    assertThrows(StatusRuntimeException.class, () -> client.validateToken("token"));
    assertEquals(tries, service.requests().size());
  }

  @Test
  void refreshIsNeverTriedAgain() {
    service.answer(
        TokenServiceGrpc.getRefreshTokenMethod(),
        it -> {
          throw Status.UNAVAILABLE.asRuntimeException();
        });
    assertThrows(StatusRuntimeException.class, () -> client.refreshToken("token"));
    assertEquals(1, service.requests().size());
  }

  @Test
  void closeEndsTheClient() {
    client.close();
    StatusRuntimeException error =
        assertThrows(StatusRuntimeException.class, () -> client.validateToken("token"));
    assertEquals(Status.Code.UNAVAILABLE, error.getStatus().getCode());
  }
}
