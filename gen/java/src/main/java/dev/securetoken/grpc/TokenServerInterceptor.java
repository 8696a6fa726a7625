package dev.securetoken.grpc;

import dev.securetoken.Admission;
import dev.securetoken.Refusal;
import dev.securetoken.Requirement;
import dev.securetoken.TokenGuard;
import dev.securetoken.ValidToken;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Lets a call pass that presents what its rule requires, and hands the token's claims to the handler
 * through the {@link Context}. All others end before a message is read: {@code UNAUTHENTICATED},
 * {@code PERMISSION_DENIED}, or {@code UNAVAILABLE} when the token service does not answer, with the
 * challenge of HTTP as trailing metadata {@code www-authenticate}. No thread waits meanwhile.
 *
 * <pre>{@code
 * ServerBuilder.forPort(8443)
 *     .intercept(new TokenServerInterceptor(guard, Map.of("/reports.v1.Reports/", allOf("read"))))
 * }</pre>
 */
public final class TokenServerInterceptor implements ServerInterceptor {
  /** Where a handler finds the claims. */
  public static final Context.Key<ValidToken> CLAIMS = Context.key("dev.securetoken.claims");

  /** Where {@link ForwardToken} finds the token. */
  static final Context.Key<String> BEARER = Context.key("dev.securetoken.bearer");

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> CHALLENGE =
      Metadata.Key.of("www-authenticate", Metadata.ASCII_STRING_MARSHALLER);

  private final TokenGuard guard;
  private final GrpcRules rules;
  private final Function<Refusal, Status> onRefusal;

  /**
   * Makes an interceptor.
   *
   * @param guard decides about each call
   * @param rules requirements by full method, {@code /reports.v1.Reports/List}, or by service with a
   *     slash at its end, {@code /reports.v1.Reports/}, for those of its methods that have no rule.
   *     They are copied. A call that no rule names is refused
   * @throws IllegalArgumentException naming a rule that cannot work
   */
  public TokenServerInterceptor(TokenGuard guard, Map<String, Requirement> rules) {
    this(guard, rules, TokenServerInterceptor::status);
  }

  /**
   * Makes an interceptor with statuses of the application's own.
   *
   * @param guard decides about each call
   * @param rules as in the other constructor
   * @param onRefusal gives the status of a refused call; if it fails or gives OK, the fixed one is
   *     sent
   * @throws IllegalArgumentException naming a rule that cannot work
   */
  public TokenServerInterceptor(
      TokenGuard guard, Map<String, Requirement> rules, Function<Refusal, Status> onRefusal) {
    this.guard = Objects.requireNonNull(guard, "guard");
    this.rules = new GrpcRules(rules);
    this.onRefusal = Objects.requireNonNull(onRefusal, "onRefusal");
  }

  /**
   * Refuses rules for services and methods that a server does not have.
   *
   * @param server the server, once it is built
   * @throws IllegalArgumentException naming the rule
   */
  public void check(Server server) {
    rules.check(server);
  }

  /**
   * The claims of the token that the current call bears.
   *
   * @return the claims
   * @throws IllegalStateException outside of a call that the interceptor let pass with a token
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
    CompletableFuture<Admission> decision =
        decide(call.getMethodDescriptor().getFullMethodName(), headers.getAll(AUTHORIZATION));
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

  private CompletableFuture<Admission> decide(String method, Iterable<String> authorization) {
    Optional<Requirement> requirement = rules.find(method);
    if (requirement.isEmpty()) {
      return CompletableFuture.completedFuture(guard.refuseUnnamed("/" + method));
    }
    return guard.admit(requirement.get(), authorization == null ? List.of() : authorization);
  }

  private <Q, A> ServerCall.Listener<Q> proceed(
      Admission admission,
      Context context,
      ServerCall<Q, A> call,
      Metadata headers,
      ServerCallHandler<Q, A> next) {
    if (admission.refusal().isPresent()) {
      Refusal refusal = admission.refusal().get();
      Metadata trailers = new Metadata();
      refusal.challenge().ifPresent(challenge -> trailers.put(CHALLENGE, challenge));
      call.close(chosen(refusal), trailers);
      return new ServerCall.Listener<>() {};
    }
    Context admitted =
        context.withValues(
            CLAIMS,
            admission.optionalToken().orElse(null),
            BEARER,
            admission.bearer().orElse(null));
    return Contexts.interceptCall(admitted, call, headers, next);
  }

  private Status chosen(Refusal refusal) {
    try {
      Status status = onRefusal.apply(refusal);
      if (status != null && !status.isOk()) {
        return status;
      }
    } catch (RuntimeException error) {
      guard.tell(error);
    }
    return status(refusal);
  }

  private static Status status(Refusal refusal) {
    return refusal.code().toStatus().withDescription(refusal.message());
  }
}
