package dev.securetoken;

import dev.securetoken.v1.ExportConfigRequest;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The calls of {@link SecureTokenClient} without waiting. Whatever that throws, the futures are
 * completed with: refused arguments, the four exceptions, {@link io.grpc.StatusRuntimeException}.
 *
 * <p>Cancelling a future cancels its call, and so does what else ends it, as {@code orTimeout}.
 * Dependent stages run on gRPC's threads unless they name an executor: they must not block there.
 */
public final class AsyncSecureTokenClient {
  private final Calls calls;

  AsyncSecureTokenClient(Calls calls) {
    this.calls = calls;
  }

  /**
   * As {@link SecureTokenClient#generateToken(String)}.
   *
   * @param userId 1 to 256 code points, no control characters
   * @return the token and its claims
   */
  public CompletableFuture<IssuedToken> generateToken(String userId) {
    return generateToken(userId, GenerateOptions.defaults());
  }

  /**
   * As {@link SecureTokenClient#generateToken(String, GenerateOptions)}.
   *
   * @param userId 1 to 256 code points, no control characters
   * @param options what else the token holds
   * @return the token and its claims
   */
  public CompletableFuture<IssuedToken> generateToken(String userId, GenerateOptions options) {
    return calls.future(Operation.GENERATE, () -> Requests.generate(userId, options));
  }

  /**
   * As {@link SecureTokenClient#validateToken(String)}.
   *
   * @param token the token
   * @return its claims
   */
  public CompletableFuture<ValidToken> validateToken(String token) {
    return validateToken(token, CheckOptions.defaults());
  }

  /**
   * As {@link SecureTokenClient#validateToken(String, CheckOptions)}.
   *
   * @param token the token
   * @param options what it must meet
   * @return its claims
   */
  public CompletableFuture<ValidToken> validateToken(String token, CheckOptions options) {
    return calls.future(Operation.VALIDATE, () -> Requests.validate(token, options));
  }

  /**
   * As {@link SecureTokenClient#checkPermission(String, String)}.
   *
   * @param token the token
   * @param requiredPermission compared exactly, case included
   * @return true: every other outcome is an exception
   */
  public CompletableFuture<Boolean> checkPermission(String token, String requiredPermission) {
    return checkPermission(token, requiredPermission, CheckOptions.defaults());
  }

  /**
   * As {@link SecureTokenClient#checkPermission(String, String, CheckOptions)}.
   *
   * @param token the token
   * @param requiredPermission compared exactly, case included
   * @param options what else it must meet
   * @return true: every other outcome is an exception
   */
  public CompletableFuture<Boolean> checkPermission(
      String token, String requiredPermission, CheckOptions options) {
    return calls.future(Operation.CHECK, () -> Requests.check(token, requiredPermission, options));
  }

  /**
   * As {@link SecureTokenClient#checkPermissions(String, Collection)}.
   *
   * @param token the token
   * @param permissions at most 256
   * @return one result for each, in order
   */
  public CompletableFuture<List<PermissionResult>> checkPermissions(
      String token, Collection<String> permissions) {
    return checkPermissions(token, permissions, CheckOptions.defaults());
  }

  /**
   * As {@link SecureTokenClient#checkPermissions(String, Collection, CheckOptions)}.
   *
   * @param token the token
   * @param permissions at most 256
   * @param options what else it must meet
   * @return one result for each, in order
   */
  public CompletableFuture<List<PermissionResult>> checkPermissions(
      String token, Collection<String> permissions, CheckOptions options) {
    return calls.future(Operation.CHECK_ALL, () -> Requests.checkAll(token, permissions, options));
  }

  /**
   * As {@link SecureTokenClient#batchValidateTokens(List)}.
   *
   * @param tokens at most 1,000, and 1 MiB in all: 127 of the longest
   * @return one result for each, in order
   */
  public CompletableFuture<List<BatchResult>> batchValidateTokens(List<String> tokens) {
    return batchValidateTokens(tokens, CheckOptions.defaults());
  }

  /**
   * As {@link SecureTokenClient#batchValidateTokens(List, CheckOptions)}.
   *
   * @param tokens at most 1,000, and 1 MiB in all: 127 of the longest
   * @param options what each must meet
   * @return one result for each, in order
   */
  public CompletableFuture<List<BatchResult>> batchValidateTokens(
      List<String> tokens, CheckOptions options) {
    return calls.future(Operation.BATCH, () -> Requests.batch(tokens, options));
  }

  /**
   * As {@link SecureTokenClient#refreshToken(String)}.
   *
   * @param token a valid token
   * @return the new token and its claims
   */
  public CompletableFuture<IssuedToken> refreshToken(String token) {
    return refreshToken(token, RefreshOptions.defaults());
  }

  /**
   * As {@link SecureTokenClient#refreshToken(String, RefreshOptions)}.
   *
   * @param token a valid token
   * @param options its lifetime, and what becomes of the old token
   * @return the new token and its claims
   */
  public CompletableFuture<IssuedToken> refreshToken(String token, RefreshOptions options) {
    return calls.future(Operation.REFRESH, () -> Requests.refresh(token, options));
  }

  /**
   * As {@link SecureTokenClient#getTokenInfo}.
   *
   * @param token the token
   * @return its claims, key and session
   */
  public CompletableFuture<TokenInfo> getTokenInfo(String token) {
    return calls.future(Operation.INFO, () -> Requests.info(token));
  }

  /**
   * As {@link SecureTokenClient#introspectToken}.
   *
   * @param token any text
   * @return the state, and the claims of an authentic token
   */
  public CompletableFuture<Introspection> introspectToken(String token) {
    return calls.future(Operation.INTROSPECT, () -> Requests.introspect(token));
  }

  /**
   * As {@link SecureTokenClient#revokeToken}.
   *
   * @param token the token
   * @return what became of it
   */
  public CompletableFuture<RevocationOutcome> revokeToken(String token) {
    return revoke(() -> RevocationTarget.token(token));
  }

  /**
   * As {@link SecureTokenClient#revokeSession}.
   *
   * @param sessionId as in the answers about its tokens
   * @return what became of it
   */
  public CompletableFuture<RevocationOutcome> revokeSession(String sessionId) {
    return revoke(() -> RevocationTarget.session(sessionId));
  }

  /**
   * As {@link SecureTokenClient#revokeUser}.
   *
   * @param userId whose tokens
   * @return what became of it
   */
  public CompletableFuture<RevocationOutcome> revokeUser(String userId) {
    return revoke(() -> RevocationTarget.user(userId));
  }

  private CompletableFuture<RevocationOutcome> revoke(Supplier<RevocationTarget> target) {
    return calls
        .future(Operation.REVOKE, () -> Requests.revoke(List.of(target.get()), ""))
        .thenApply(outcomes -> outcomes.get(0));
  }

  /**
   * As {@link SecureTokenClient#revokeTokens}.
   *
   * @param targets at most 1,000
   * @param reason why, at most 128 characters
   * @return what became of each, in order
   */
  public CompletableFuture<List<RevocationOutcome>> revokeTokens(
      List<RevocationTarget> targets, String reason) {
    return calls.future(Operation.REVOKE, () -> Requests.revoke(targets, reason));
  }

  /**
   * As {@link SecureTokenClient#listRevocations}.
   *
   * @param query which entries, and how many
   * @return a page of them
   */
  public CompletableFuture<RevocationPage> listRevocations(RevocationQuery query) {
    return calls.future(Operation.LIST_REVOCATIONS, () -> query.message);
  }

  /**
   * As {@link SecureTokenClient#exportConfig}.
   *
   * @return the server's settings, without any key material
   */
  public CompletableFuture<ServiceConfig> exportConfig() {
    return calls.future(Operation.EXPORT_CONFIG, ExportConfigRequest::getDefaultInstance);
  }
}
