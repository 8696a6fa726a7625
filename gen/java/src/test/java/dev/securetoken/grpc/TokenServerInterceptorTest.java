package dev.securetoken.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.util.concurrent.ListenableFuture;
import dev.securetoken.FakeTokenService;
import dev.securetoken.Requirement;
import dev.securetoken.Samples;
import dev.securetoken.TokenGuard;
import dev.securetoken.v1.IntrospectTokenRequest;
import dev.securetoken.v1.IntrospectTokenResponse;
import dev.securetoken.v1.TokenServiceGrpc;
import dev.securetoken.v1.TokenServiceGrpc.TokenServiceBlockingStub;
import dev.securetoken.v1.ValidateTokenRequest;
import dev.securetoken.v1.ValidateTokenResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Protects some service of an application: here one that answers IntrospectToken with the user. */
class TokenServerInterceptorTest {
  private static final String SERVICE = "/securetoken.v1.TokenService/";
  private static final Map<String, Requirement> RULES =
      Map.of(SERVICE + "IntrospectToken", Requirement.allOf("read"));

  private FakeTokenService tokens;
  private Server server;
  private ManagedChannel channel;
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private volatile int handled;
  private String challenge;

  @BeforeEach
  void start() throws Exception {
    tokens = new FakeTokenService();
    answer(Samples.validated("read").build());
    TokenGuard guard = TokenGuard.builder(tokens.client()).build();
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .addService(
                ServerInterceptors.intercept(new Application(), new TokenServerInterceptor(guard, RULES)))
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
      if (request.getToken().equals("forward")) {
        user = forwarded();
      }
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
    challenge =
        error
            .getTrailers()
            .get(Metadata.Key.of("www-authenticate", Metadata.ASCII_STRING_MARSHALLER));
  }

  @Test
  void theHandlerFindsTheClaims() {
    assertEquals("user-1", call("Bearer abc"));
  }

  /** What another service gets from a channel that forwards the token. */
  private String forwarded() {
    Metadata sent = new Metadata();
    ClientCall<IntrospectTokenRequest, IntrospectTokenResponse> call =
        new ForwardToken()
            .interceptCall(
                TokenServiceGrpc.getIntrospectTokenMethod(),
                CallOptions.DEFAULT,
                new Channel() {
                  @Override
                  public <Q, A> ClientCall<Q, A> newCall(
                      MethodDescriptor<Q, A> method, CallOptions options) {
                    return new NoCall<Q, A>() {
                      @Override
                      public void start(Listener<A> listener, Metadata headers) {
                        sent.merge(headers);
                      }
                    };
                  }

                  @Override
                  public String authority() {
                    return "other";
                  }
                });
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    return sent.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
  }

  @Test
  void theTokenIsForwarded() {
    assertEquals(
        "Bearer abc",
        stub("Bearer abc")
            .introspectToken(IntrospectTokenRequest.newBuilder().setToken("forward").build())
            .getKeyId());
  }

  @Test
  void withoutToken() {
    assertRefused(Status.Code.UNAUTHENTICATED, "a bearer token is required", null);
    assertEquals("Bearer", challenge);
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
        Status.Code.PERMISSION_DENIED, "a permission is missing", "Bearer abc");
  }

  @Test
  void whatNoRuleNamesIsRefused() {
    StatusRuntimeException error =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                stub("Bearer abc")
                    .validateToken(ValidateTokenRequest.getDefaultInstance()));
    assertEquals(Status.Code.PERMISSION_DENIED, error.getStatus().getCode());
    assertEquals(List.of(), tokens.requests());
  }

  @Test
  void rulesThatCannotWork() {
    TokenGuard guard = TokenGuard.builder(tokens.client()).build();
    for (String rule : new String[] {"a.B/C", "/a.B", "/a.B/*", "/a..B/", "//", ""}) {
      Map<String, Requirement> rules = Map.of(rule, Requirement.open());
      assertThrows(
          IllegalArgumentException.class, () -> new TokenServerInterceptor(guard, rules), rule);
    }
    assertThrows(
        IllegalArgumentException.class, () -> new TokenServerInterceptor(guard, Map.of()));
    assertThrows(
        NullPointerException.class, () -> new TokenServerInterceptor(null, RULES));
    Map<String, Requirement> empty = new HashMap<>();
    empty.put(SERVICE, null);
    assertThrows(
        IllegalArgumentException.class, () -> new TokenServerInterceptor(guard, empty));
  }

  @Test
  void rulesAreCheckedAgainstTheServer() {
    TokenGuard guard = TokenGuard.builder(tokens.client()).build();
    new TokenServerInterceptor(guard, RULES).check(server);
    for (String rule : new String[] {SERVICE + "IntrospectTokens", "/securetoken.v1.Tokens/"}) {
      TokenServerInterceptor mistaken =
          new TokenServerInterceptor(guard, Map.of(rule, Requirement.open()));
      assertThrows(IllegalArgumentException.class, () -> mistaken.check(server), rule);
    }
  }

  @Test
  void withoutTokenService() {
    tokens.close();
    assertRefused(
        Status.Code.UNAVAILABLE, "tokens cannot be checked at present", "Bearer abc");
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
          TokenServiceGrpc.newFutureStub(stub("Bearer abc" + i).getChannel())
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

  private abstract static class NoCall<Q, A> extends ClientCall<Q, A> {
    @Override
    public void request(int count) {}

    @Override
    public void cancel(String message, Throwable cause) {}

    @Override
    public void halfClose() {}

    @Override
    public void sendMessage(Q message) {}
  }

  @Test
  void claimsBelongToACallThatPassed() {
    assertThrows(IllegalStateException.class, TokenServerInterceptor::claims);
  }
}
