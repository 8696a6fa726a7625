package dev.securetoken.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.util.concurrent.ListenableFuture;
import dev.securetoken.FakeTokenService;
import dev.securetoken.Samples;
import dev.securetoken.TokenGuard;
import dev.securetoken.v1.IntrospectTokenRequest;
import dev.securetoken.v1.IntrospectTokenResponse;
import dev.securetoken.v1.TokenServiceGrpc;
import dev.securetoken.v1.TokenServiceGrpc.TokenServiceBlockingStub;
import dev.securetoken.v1.ValidateTokenResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Protects some service of an application: here one that answers IntrospectToken with the user. */
class TokenServerInterceptorTest {
  private FakeTokenService tokens;
  private Server server;
  private ManagedChannel channel;
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private volatile int handled;

  @BeforeEach
  void start() throws Exception {
    tokens = new FakeTokenService();
    answer(Samples.validated("read").build());
    TokenGuard guard = TokenGuard.builder(tokens.client()).requirePermission("read").build();
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .addService(
                ServerInterceptors.intercept(new Application(), new TokenServerInterceptor(guard)))
            // A thread that waited would keep all other calls from being begun.
            .executor(executor)
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    executor.shutdownNow();
    tokens.close();
  }

  private void answer(ValidateTokenResponse answer) {
    tokens.answer(TokenServiceGrpc.getValidateTokenMethod(), it -> answer);
  }

  private final class Application extends TokenServiceGrpc.TokenServiceImplBase {
    @Override
    public void introspectToken(
        IntrospectTokenRequest request, StreamObserver<IntrospectTokenResponse> observer) {
      handled++;
      if (request.getToken().equals("throw")) {
        throw new IllegalStateException("a handler's own fault");
      }
      String user = TokenServerInterceptor.claims().userId();
      observer.onNext(IntrospectTokenResponse.newBuilder().setKeyId(user).build());
      observer.onCompleted();
    }
  }

  private String call(String authorization) {
    return stub(authorization)
        .introspectToken(IntrospectTokenRequest.getDefaultInstance())
        .getKeyId();
  }

  private TokenServiceBlockingStub stub(String authorization) {
    Metadata headers = new Metadata();
    if (authorization != null) {
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
    }
    return TokenServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private void assertRefused(Status.Code code, String description, String authorization) {
    StatusRuntimeException error =
        assertThrows(StatusRuntimeException.class, () -> call(authorization));
    assertEquals(code, error.getStatus().getCode());
    assertEquals(description, error.getStatus().getDescription());
    assertEquals(0, handled);
  }

  @Test
  void theHandlerFindsTheClaims() {
    assertEquals("user-1", call("Bearer abc"));
  }

  @Test
  void withoutToken() {
    assertRefused(Status.Code.UNAUTHENTICATED, "a bearer token is required", null);
  }

  @Test
  void invalidToken() {
    tokens.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          throw Samples.invalidToken();
        });
    assertRefused(Status.Code.UNAUTHENTICATED, "the bearer token is not valid", "Bearer abc");
  }

  @Test
  void withoutPermission() {
    answer(Samples.validated("write").build());
    assertRefused(
        Status.Code.PERMISSION_DENIED, "the bearer token does not permit this", "Bearer abc");
  }

  @Test
  void withoutTokenService() {
    tokens.close();
    assertRefused(
        Status.Code.UNAVAILABLE, "the bearer token cannot be checked at present", "Bearer abc");
  }

  @Test
  void aHandlersFaultIsNoneOfOurs() {
    StatusRuntimeException error =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                stub("Bearer abc")
                    .introspectToken(
                        IntrospectTokenRequest.newBuilder().setToken("throw").build()));
    assertEquals(Status.Code.UNKNOWN, error.getStatus().getCode());
  }

  @Test
  void noThreadWaitsForTheDecision() throws Exception {
    int count = 8;
    CountDownLatch asked = new CountDownLatch(count);
    tokens.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          asked.countDown();
          await(asked);
          return Samples.validated("read").build();
        });
    List<ListenableFuture<IntrospectTokenResponse>> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      calls.add(
          TokenServiceGrpc.newFutureStub(stub("Bearer abc").getChannel())
              .introspectToken(IntrospectTokenRequest.getDefaultInstance()));
    }
    for (ListenableFuture<IntrospectTokenResponse> call : calls) {
      assertEquals("user-1", call.get(10, TimeUnit.SECONDS).getKeyId());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void claimsBelongToACallThatPassed() {
    assertThrows(IllegalStateException.class, TokenServerInterceptor::claims);
  }
}
