package dev.securetoken.grpc;

import dev.securetoken.Admission;
import dev.securetoken.Refusal;
import dev.securetoken.TokenGuard;
import dev.securetoken.ValidToken;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Lets a call pass whose {@code authorization} bears a token that the guard admits, and hands its
 * claims to the handler through the {@link Context}. All others end before a message is read: {@code
 * UNAUTHENTICATED}, {@code PERMISSION_DENIED}, or {@code UNAVAILABLE} when the token service does
 * not answer. No thread waits for it meanwhile.
 *
 * <pre>{@code
 * ServerInterceptors.intercept(new ReportsService(), new TokenServerInterceptor(guard))
 * }</pre>
 */
public final class TokenServerInterceptor implements ServerInterceptor {
  /** Where a handler finds the claims. */
  public static final Context.Key<ValidToken> CLAIMS = Context.key("dev.securetoken.claims");

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final TokenGuard guard;

  /**
   * Makes an interceptor.
   *
   * @param guard decides about each call
   */
  public TokenServerInterceptor(TokenGuard guard) {
    this.guard = guard;
  }

  /**
   * The claims of the token that the current call bears.
   *
   * @return the claims
   * @throws IllegalStateException outside of a call that the interceptor let pass
   */
  public static ValidToken claims() {
    ValidToken claims = CLAIMS.get();
    if (claims == null) {
      throw new IllegalStateException("no TokenServerInterceptor let this call pass");
    }
    return claims;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Iterable<String> authorization = headers.getAll(AUTHORIZATION);
    CompletableFuture<Admission> decision =
        guard.admit(authorization == null ? List.of() : authorization);
    Context context = Context.current();
    PendingCall<Q> pending = new PendingCall<>();
    decision
        .thenAccept(
            admission -> pending.resume(() -> proceed(admission, context, call, headers, next)))
        // As grpc-java does where a handler throws.
        .exceptionally(
            thrown -> {
              call.close(Status.UNKNOWN, new Metadata());
              return null;
            });
    return pending;
  }

  private static <Q, A> ServerCall.Listener<Q> proceed(
      Admission admission,
      Context context,
      ServerCall<Q, A> call,
      Metadata headers,
      ServerCallHandler<Q, A> next) {
    if (admission.refusal().isPresent()) {
      call.close(status(admission.refusal().get()), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    Context admitted = context.withValue(CLAIMS, admission.token());
    return Contexts.interceptCall(admitted, call, headers, next);
  }

  private static Status status(Refusal refusal) {
    switch (refusal) {
      case TOKEN_MISSING:
        return Status.UNAUTHENTICATED.withDescription("a bearer token is required");
      case TOKEN_INVALID:
        return Status.UNAUTHENTICATED.withDescription("the bearer token is not valid");
      case PERMISSION_MISSING:
        return Status.PERMISSION_DENIED.withDescription("the bearer token does not permit this");
      default:
        return Status.UNAVAILABLE.withDescription("the bearer token cannot be checked at present");
    }
  }
}
