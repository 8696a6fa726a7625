package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Duration;
import dev.securetoken.testing.TokenServiceStandIn;
import dev.securetoken.v1.TokenServiceGrpc;
import dev.securetoken.v1.TokenServiceGrpc.TokenServiceStub;
import dev.securetoken.v1.ValidateTokenRequest;
import dev.securetoken.v1.ValidateTokenResponse;
import dev.securetoken.v1.WatchRevocationsRequest;
import dev.securetoken.v1.WatchRevocationsResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A process that is stopped, as by a container's pause or a closed lid, and goes on. */
@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
class StoppedProcessTest {
  private static final long SECOND = 1_000_000_000;

  private final TokenServiceStandIn service = new TokenServiceStandIn();
  private ManagedChannel channel;
  private Server server;

  @BeforeEach
  void start() throws IOException {
    channel =
        Grpc.newChannelBuilder(
                service.address().replace("http://", ""), InsecureChannelCredentials.create())
            .build();
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new Timed(TokenServiceGrpc.newStub(channel)))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    server.shutdownNow();
    channel.shutdownNow();
    service.close();
  }

  /** A checkpoint of each second waits to be read; none may be taken for new. */
  @Test
  void nothingIsLetThroughThatWasRevokedMeanwhile() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                StoppedProcess.class.getName(),
                "127.0.0.1:" + server.getPort(),
                service.issue("user-1"))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertEquals("hits", lines.readLine());
      signal(process, "STOP");
      Thread.sleep(2_000); // checkpoints come before the revocation, and are read first
      service.revokeUser("user-1");
      Thread.sleep(6_000);
      signal(process, "CONT");
      assertEquals("accepted 0", lines.readLine());
    } finally {
      process.destroyForcibly();
    }
  }

  private static void signal(Process process, String name) throws Exception {
    String[] kill = {"kill", "-" + name, Long.toString(process.pid())};
    assertEquals(0, new ProcessBuilder(kill).start().waitFor());
  }

  /** Tells in each checkpoint how long the feed has been open, as the service does. */
  private static final class Timed extends TokenServiceGrpc.TokenServiceImplBase {
    private final TokenServiceStub service;

    Timed(TokenServiceStub service) {
      this.service = service;
    }

    @Override
    public void validateToken(
        ValidateTokenRequest request, StreamObserver<ValidateTokenResponse> answer) {
      service.validateToken(request, answer);
    }

    @Override
    public void watchRevocations(
        WatchRevocationsRequest request, StreamObserver<WatchRevocationsResponse> feed) {
      long began = System.nanoTime();
      service.watchRevocations(
          request,
          new StreamObserver<>() {
            @Override
            public void onNext(WatchRevocationsResponse event) {
              WatchRevocationsResponse.Builder timed = event.toBuilder();
              if (event.hasCheckpoint()) {
                timed.getCheckpointBuilder().setUptime(since(began));
              }
              feed.onNext(timed.build());
            }

            @Override
            public void onError(Throwable error) {
              feed.onError(error);
            }

            @Override
            public void onCompleted() {
              feed.onCompleted();
            }
          });
    }

    private static Duration since(long began) {
      long nanos = System.nanoTime() - began;
      return Duration.newBuilder()
          .setSeconds(nanos / SECOND)
          .setNanos((int) (nanos % SECOND))
          .build();
    }
  }
}
