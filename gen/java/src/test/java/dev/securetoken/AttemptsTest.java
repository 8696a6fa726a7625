package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.securetoken.v1.TokenServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsServerCredentials;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is tried again, and what the ends of calls are named, over real connections. */
class AttemptsTest {
  private static final Path TLS = Path.of("../../test/conformance/tls");

  private FakeTokenService service;
  private Server server;
  private SecureTokenClient client;

  @BeforeEach
  void start() throws Exception {
    service = new FakeTokenService();
    service.answer(TokenServiceGrpc.getValidateTokenMethod(), it -> Samples.validated().build());
    server = serve(0, InsecureServerCredentials.create());
    client =
        SecureTokenClient.builder("http://localhost:" + server.getPort())
            .defaultDeadline(Duration.ofSeconds(50))
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
    service.close();
  }

  private Server serve(int port, ServerCredentials credentials) throws Exception {
    return Grpc.newServerBuilderForPort(port, credentials).addService(service).build().start();
  }

  private void fail(int times, Status.Code code) {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          if (service.requests().size() <= times) {
            throw code.toStatus().asRuntimeException();
          }
          return Samples.validated().build();
        });
  }

  @Test
  void unavailableIsTriedAgain() {
    fail(4, Status.Code.UNAVAILABLE);
    assertEquals("id-1", client.validateToken("token").tokenId());
    assertEquals(5, service.requests().size());
  }

  @Test
  void withoutWaitingToo() {
    fail(2, Status.Code.UNAVAILABLE);
    assertEquals("id-1", client.async().validateToken("token").join().tokenId());
    assertEquals(3, service.requests().size());
  }

  @Test
  void aClosedChannelIsAServiceThatIsAway() {
    Status closed = Status.UNKNOWN.withCause(new ClosedChannelException());
    StatusRuntimeException named = CallErrors.named(closed.asRuntimeException());
    assertInstanceOf(ServiceUnavailableError.class, named);
    assertEquals(Status.Code.UNAVAILABLE, named.getStatus().getCode());
  }

  @ParameterizedTest
  @CsvSource({"INTERNAL", "UNKNOWN", "RESOURCE_EXHAUSTED", "PERMISSION_DENIED"})
  void whatIsNotTriedAgain(Status.Code code) {
    fail(1, code);
    assertThrows(StatusRuntimeException.class, () -> client.validateToken("token"));
    assertEquals(1, service.requests().size());
  }

  @Test
  void aRefreshThatMayHaveBeenServedIsNotTriedAgain() {
    service.answer(
        TokenServiceGrpc.getRefreshTokenMethod(),
        it -> {
          throw Status.UNAVAILABLE.asRuntimeException();
        });
    assertThrows(ServiceUnavailableError.class, () -> client.refreshToken("token"));
    assertEquals(1, service.requests().size());
  }

  @Test
  void anOutageWithinTheDeadlineIsBridged() throws Exception {
    client.validateToken("token");
    int port = server.getPort();
    server.shutdownNow().awaitTermination();
    CompletableFuture<ValidToken> future = client.async().validateToken("token");
    CompletableFuture<ValidToken> blocking =
        CompletableFuture.supplyAsync(() -> client.validateToken("token"));
    TimeUnit.SECONDS.sleep(1);
    server = serve(port, InsecureServerCredentials.create());
    assertEquals("id-1", future.join().tokenId());
    assertEquals("id-1", blocking.join().tokenId());
  }

  @Test
  void nobodyListens() throws Exception {
    int port = server.getPort();
    server.shutdownNow().awaitTermination();
    SecureTokenClient hasty = client.withDeadline(Duration.ofMillis(300));
    ServiceUnavailableError error =
        assertThrows(ServiceUnavailableError.class, () -> hasty.validateToken("token"));
    assertEquals(Optional.empty(), error.fault());
    assertTrue(error.getMessage().contains("Connection refused: "), error.getMessage());
    assertTrue(error.getMessage().endsWith(":" + port), error.getMessage());
    CompletionException later =
        assertThrows(CompletionException.class, () -> hasty.async().validateToken("token").join());
    assertEquals(ServiceUnavailableError.class, later.getCause().getClass());
  }

  @Test
  void closeEndsTheClient() {
    client.close();
    StatusRuntimeException error =
        assertThrows(StatusRuntimeException.class, () -> client.validateToken("token"));
    assertEquals(Status.Code.UNAVAILABLE, error.getStatus().getCode());
  }

  @ParameterizedTest
  @CsvSource({
    "plaintext, TLS_TO_PLAINTEXT",
    "other-server, UNKNOWN_AUTHORITY",
    "other-name, CERTIFICATE_NAME"
  })
  void whatTryingAgainDoesNotMend(String certificate, ConnectionFault fault) throws Exception {
    ServerCredentials credentials =
        certificate.equals("plaintext")
            ? InsecureServerCredentials.create()
            : TlsServerCredentials.create(
                TLS.resolve(certificate + ".pem").toFile(),
                TLS.resolve(certificate + "-key.pem").toFile());
    Server other = serve(0, credentials);
    try (SecureTokenClient strict =
        SecureTokenClient.builder("127.0.0.1:" + other.getPort())
            .trustedCertificates(TLS.resolve("ca.pem"))
            .build()) {
      ServiceUnavailableError error =
          assertThrows(ServiceUnavailableError.class, () -> strict.validateToken("token"));
      assertEquals(Optional.of(fault), error.fault());
      assertTrue(error.getMessage().contains(fault.advice));
    } finally {
      other.shutdownNow();
    }
  }

  /** As TLS servers do: closes what is no ClientHello without a word, and answers one. */
  @Test
  void plaintextToATlsServer() throws Exception {
    byte[] alert = {0x15, 3, 3, 0, 2, 2, 40};
    try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        SecureTokenClient plain =
            SecureTokenClient.builder("http://127.0.0.1:" + listener.getLocalPort())
                .defaultDeadline(Duration.ofSeconds(50))
                .build()) {
      CompletableFuture.runAsync(
          () -> {
            while (!listener.isClosed()) {
              try (Socket socket = listener.accept()) {
                if (socket.getInputStream().read() == 0x16) {
                  socket.getOutputStream().write(alert);
                  socket.shutdownOutput();
                  socket.getInputStream().readAllBytes();
                } else {
                  socket.getInputStream().read(new byte[1000]);
                }
              } catch (java.io.IOException closed) {
                continue;
              }
            }
          });
      ServiceUnavailableError error =
          assertThrows(ServiceUnavailableError.class, () -> plain.validateToken("token"));
      assertEquals(Optional.of(ConnectionFault.PLAINTEXT_TO_TLS), error.fault());
    }
  }

  @ParameterizedTest
  @CsvSource({"false, PLAINTEXT_TO_TLS", "true, NOT_HTTP2"})
  void whatIsNoHttp2(boolean isHttp, ConnectionFault fault) throws Exception {
    byte[] answer =
        isHttp
            ? "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII)
            : new byte[] {0x15, 3, 3, 0, 2, 2, 0x46, 0, 0, 0, 0};
    try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        SecureTokenClient plain =
            SecureTokenClient.builder("http://127.0.0.1:" + listener.getLocalPort()).build()) {
      CompletableFuture<Void> answered =
          CompletableFuture.runAsync(
              () -> {
                try (Socket socket = listener.accept()) {
                  socket.getInputStream().read();
                  socket.getOutputStream().write(answer);
                  socket.getInputStream().readAllBytes();
                } catch (java.io.IOException closed) {
                  return;
                }
              });
      ServiceUnavailableError error =
          assertThrows(ServiceUnavailableError.class, () -> plain.validateToken("token"));
      assertEquals(Optional.of(fault), error.fault());
      answered.join();
    }
  }
}
