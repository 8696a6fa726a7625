package dev.securetoken;

import dev.securetoken.v1.ExportConfigRequest;
import dev.securetoken.v1.TokenServiceGrpc;
import dev.securetoken.v1.TokenServiceGrpc.TokenServiceBlockingStub;
import io.grpc.Channel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Calls a Secure Token service and waits for its answers; {@link #async()} does not wait.
 *
 * <p>What is wrong with a token or a request is thrown as {@link TokenError} or one of its
 * subclasses. Everything else (transport, deadline, the caller's own credential refused) stays an
 * {@link io.grpc.StatusRuntimeException} and says nothing about the token; {@link
 * CallerRefusedError}, {@link RateExceededError} and {@link ServiceUnavailableError} are named.
 *
 * <p>One client serves all threads and keeps its connection: make one, and close it at the end.
 */
public final class SecureTokenClient implements AutoCloseable {
  private final Calls calls;
  private final Runnable close;

  SecureTokenClient(Calls calls, Runnable close) {
    this.calls = calls;
    this.close = close;
  }

  /**
   * Starts to build a client.
   *
   * @param target {@code host:port}, {@code http://host[:port]}, {@code https://host[:port]}, or a
   *     target of gRPC's own with a scheme, such as {@code dns:///name:port}
   * @return a builder; without further settings it connects with TLS, but to {@code http://}
   * @throws IllegalArgumentException for anything else, such as a host without a port
   */
  public static SecureTokenClientBuilder builder(String target) {
    return new SecureTokenClientBuilder(target);
  }

  /**
   * Starts to build a client over a channel that the application made, and that {@link #close()}
   * leaves open. Connection, TLS and retries are then the channel's own.
   *
   * @param channel any channel
   * @return a builder
   */
  public static SecureTokenClientBuilder builder(Channel channel) {
    return new SecureTokenClientBuilder(channel);
  }

  /**
   * Issues a token without permissions for the server's default lifetime.
   *
   * @param userId 1 to 256 code points, no control characters
   * @return the token and its claims
   * @throws TokenError naming the input that breaks its rule
   */
  public IssuedToken generateToken(String userId) {
    return generateToken(userId, GenerateOptions.defaults());
  }

  /**
   * Issues a token.
   *
   * @param userId 1 to 256 code points, no control characters
   * @param options what else the token holds
   * @return the token and its claims
   * @throws TokenError naming the input that breaks its rule
   */
  public IssuedToken generateToken(String userId, GenerateOptions options) {
    return calls.blocking(Operation.GENERATE, Requests.generate(userId, options));
  }

  /**
   * A valid token's claims.
   *
   * @param token the token
   * @return its claims
   * @throws InvalidTokenError when it is malformed, not authentic or revoked
   * @throws TokenExpiredError when it is past its expiry
   */
  public ValidToken validateToken(String token) {
    return validateToken(token, CheckOptions.defaults());
  }

  /**
   * A valid token's claims.
   *
   * @param token the token
   * @param options what it must meet, such as {@code CheckOptions.audience("orders")}
   * @return its claims
   * @throws InvalidTokenError as {@link #validateToken(String)}, and when it is for other audiences
   * @throws TokenExpiredError as {@link #validateToken(String)}
   * @throws TokenError for an audience that breaks its rule
   */
  public ValidToken validateToken(String token, CheckOptions options) {
    return calls.blocking(Operation.VALIDATE, Requests.validate(token, options));
  }

  /**
   * Whether a token is valid and holds a permission.
   *
   * @param token the token
   * @param requiredPermission compared exactly, case included; at most 128 code points
   * @return true: every other outcome is an exception
   * @throws PermissionDeniedError when the token lacks the permission
   * @throws InvalidTokenError as {@link #validateToken(String)}
   * @throws TokenExpiredError as {@link #validateToken(String)}
   * @throws TokenError when the permission is too long
   */
  public boolean checkPermission(String token, String requiredPermission) {
    return checkPermission(token, requiredPermission, CheckOptions.defaults());
  }

  /**
   * The same for a token that must meet more.
   *
   * @param token the token
   * @param requiredPermission as {@link #checkPermission(String, String)}
   * @param options as {@link #validateToken(String, CheckOptions)}
   * @return true: every other outcome is an exception
   * @throws TokenError as the methods named
   */
  public boolean checkPermission(String token, String requiredPermission, CheckOptions options) {
    return calls.blocking(Operation.CHECK, Requests.check(token, requiredPermission, options));
  }

  /**
   * Whether a token holds each of several permissions. A missing one is an answer, not an error.
   *
   * @param token the token
   * @param permissions at most 256, each at most 128 code points
   * @return one result for each, in order
   * @throws InvalidTokenError as {@link #validateToken(String)}
   * @throws TokenExpiredError as {@link #validateToken(String)}
   * @throws TokenError when there are too many permissions, or one is too long
   */
  public List<PermissionResult> checkPermissions(String token, Collection<String> permissions) {
    return checkPermissions(token, permissions, CheckOptions.defaults());
  }

  /**
   * The same for a token that must meet more.
   *
   * @param token the token
   * @param permissions as {@link #checkPermissions(String, Collection)}
   * @param options as {@link #validateToken(String, CheckOptions)}
   * @return one result for each, in order
   * @throws TokenError as the methods named
   */
  public List<PermissionResult> checkPermissions(
      String token, Collection<String> permissions, CheckOptions options) {
    return calls.blocking(Operation.CHECK_ALL, Requests.checkAll(token, permissions, options));
  }

  /**
   * Validates many tokens in one call. What is wrong with one of them is its own result.
   *
   * @param tokens at most 1,000, and 1 MiB in all: 127 of the longest
   * @return one result for each, in order
   * @throws TokenError when there are too many
   */
  public List<BatchResult> batchValidateTokens(List<String> tokens) {
    return batchValidateTokens(tokens, CheckOptions.defaults());
  }

  /**
   * The same for tokens that must meet more; what one of them does not meet is its own result.
   *
   * @param tokens as {@link #batchValidateTokens(List)}
   * @param options as {@link #validateToken(String, CheckOptions)}
   * @return one result for each, in order
   * @throws TokenError when there are too many, and for an audience that breaks its rule
   */
  public List<BatchResult> batchValidateTokens(List<String> tokens, CheckOptions options) {
    return calls.blocking(Operation.BATCH, Requests.batch(tokens, options));
  }

  /**
   * A new token with the user, permissions, additional data, audiences and session of a valid one,
   * for the server's default lifetime. The old token stays valid.
   *
   * @param token a valid token
   * @return the new token and its claims
   * @throws InvalidTokenError as {@link #validateToken(String)}
   * @throws TokenExpiredError as {@link #validateToken(String)}
   */
  public IssuedToken refreshToken(String token) {
    return refreshToken(token, RefreshOptions.defaults());
  }

  /**
   * A new token with the user, permissions, additional data, audiences and session of a valid one.
   * Unlike the other calls, this one is tried again only where the service cannot have seen it.
   *
   * @param token a valid token
   * @param options its lifetime, and what becomes of the old token
   * @return the new token and its claims
   * @throws InvalidTokenError as {@link #validateToken(String)}
   * @throws TokenExpiredError as {@link #validateToken(String)}
   * @throws TokenError for a lifetime out of range, and where the server keeps no revocations
   */
  public IssuedToken refreshToken(String token, RefreshOptions options) {
    return calls.blocking(Operation.REFRESH, Requests.refresh(token, options));
  }

  /**
   * All that is known of a valid token.
   *
   * @param token the token
   * @return its claims, key and session
   * @throws InvalidTokenError as {@link #validateToken(String)}
   * @throws TokenExpiredError as {@link #validateToken(String)}
   */
  public TokenInfo getTokenInfo(String token) {
    return calls.blocking(Operation.INFO, Requests.info(token));
  }

  /**
   * A token's state. Never throws because of the token.
   *
   * @param token any text
   * @return the state, and the claims of an authentic token
   */
  public Introspection introspectToken(String token) {
    return calls.blocking(Operation.INTROSPECT, Requests.introspect(token));
  }

  /**
   * Takes a token back. Answers once that is durable and in force, and never fails because of the
   * token.
   *
   * @param token the token
   * @return what became of it
   */
  public RevocationOutcome revokeToken(String token) {
    return revokeTokens(List.of(RevocationTarget.token(token)), "").get(0);
  }

  /**
   * Takes back every token of a session that is issued before the answer.
   *
   * @param sessionId as in the answers about its tokens
   * @return what became of it
   */
  public RevocationOutcome revokeSession(String sessionId) {
    return revokeTokens(List.of(RevocationTarget.session(sessionId)), "").get(0);
  }

  /**
   * Takes back every token of a user's sessions that began up to the server's present.
   *
   * @param userId whose tokens
   * @return what became of it
   */
  public RevocationOutcome revokeUser(String userId) {
    return revokeTokens(List.of(RevocationTarget.user(userId)), "").get(0);
  }

  /**
   * Takes back several targets in one call.
   *
   * @param targets at most 1,000
   * @param reason why, for the log and for {@link #listRevocations}: at most 128 characters
   * @return what became of each, in order
   * @throws TokenError when a target or the reason breaks its rule; nothing is revoked then
   */
  public List<RevocationOutcome> revokeTokens(List<RevocationTarget> targets, String reason) {
    return calls.blocking(Operation.REVOKE, Requests.revoke(targets, reason));
  }

  /**
   * What is revoked, newest first.
   *
   * @param query which entries, and how many
   * @return a page of them
   */
  public RevocationPage listRevocations(RevocationQuery query) {
    return calls.blocking(Operation.LIST_REVOCATIONS, query.message);
  }

  /**
   * How the server makes tokens.
   *
   * @return its settings, without any key material
   */
  public ServiceConfig exportConfig() {
    return calls.blocking(Operation.EXPORT_CONFIG, ExportConfigRequest.getDefaultInstance());
  }

  /**
   * The same calls without waiting.
   *
   * @return a view that shares this client's connection
   */
  public AsyncSecureTokenClient async() {
    return new AsyncSecureTokenClient(calls);
  }

  Calls calls() {
    return calls;
  }

  /**
   * The same client with another deadline for each call.
   *
   * @param deadline how long a call may take: above zero, at most 60 s
   * @return a view that shares this client's connection; closing it closes this client
   */
  public SecureTokenClient withDeadline(Duration deadline) {
    return new SecureTokenClient(calls.withDeadline(deadline), close);
  }

  /**
   * The generated stub: messages as they are on the wire, every error a {@link
   * io.grpc.StatusRuntimeException}. API key and default deadline apply.
   *
   * @return a blocking stub over {@link #channel()}
   */
  public TokenServiceBlockingStub stub() {
    return TokenServiceGrpc.newBlockingStub(calls.channel());
  }

  /**
   * What calls are made over, for other stubs of {@code dev.securetoken.v1}.
   *
   * @return the channel with API key and default deadline
   */
  public Channel channel() {
    return calls.channel();
  }

  /** Lets calls under way finish, for five seconds at most, and ends the connection. */
  @Override
  public void close() {
    close.run();
  }
}
