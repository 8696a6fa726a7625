package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.securetoken.v1.TokenServiceGrpc;
import dev.securetoken.v1.ValidateTokenResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AsyncSecureTokenClientTest {
  private FakeTokenService service;
  private AsyncSecureTokenClient client;

  @BeforeEach
  void start() throws Exception {
    service = new FakeTokenService();
    client = service.client().async();
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void errorsCompleteTheFuture() {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          throw it.getToken().equals("bad")
              ? Samples.invalidToken()
              : Status.UNAVAILABLE.asRuntimeException();
        });
    assertInstanceOf(InvalidTokenError.class, failure(client.validateToken("bad")));
    assertInstanceOf(StatusRuntimeException.class, failure(client.validateToken("any")));
  }

  @Test
  void refusedArgumentsAreToldByTheFutureToo() {
    assertInstanceOf(InvalidTokenError.class, failure(client.validateToken(null)));
    assertInstanceOf(TokenError.class, failure(client.generateToken(null)));
    assertEquals(0, service.requests().size());
  }

  @Test
  void aHollowAnswerCompletesTheFuture() {
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> ValidateTokenResponse.getDefaultInstance());
    StatusRuntimeException error =
        assertInstanceOf(StatusRuntimeException.class, failure(client.validateToken("token")));
    assertEquals(Status.Code.INTERNAL, error.getStatus().getCode());
  }

  @Test
  void cancellingTheFutureCancelsTheCall() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    service.answer(
        TokenServiceGrpc.getValidateTokenMethod(),
        it -> {
          Context.current().addListener(context -> cancelled.countDown(), Runnable::run);
          arrived.countDown();
          return null;
        });
    CompletableFuture<ValidToken> call = client.validateToken("token");
    assertTrue(arrived.await(5, TimeUnit.SECONDS));
    call.cancel(true);
    assertTrue(cancelled.await(5, TimeUnit.SECONDS));
  }

  private static Throwable failure(CompletableFuture<?> future) {
    return assertThrows(CompletionException.class, future::join).getCause();
  }
}
