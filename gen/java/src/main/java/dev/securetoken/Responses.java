package dev.securetoken;

import com.google.protobuf.Timestamp;
import dev.securetoken.v1.BatchValidateTokensRequest;
import dev.securetoken.v1.BatchValidateTokensResponse;
import dev.securetoken.v1.BatchValidateTokensResult;
import dev.securetoken.v1.CheckPermissionRequest;
import dev.securetoken.v1.CheckPermissionResponse;
import dev.securetoken.v1.CheckPermissionsRequest;
import dev.securetoken.v1.CheckPermissionsResponse;
import dev.securetoken.v1.ExportConfigResponse;
import dev.securetoken.v1.GenerateTokenResponse;
import dev.securetoken.v1.GetTokenInfoResponse;
import dev.securetoken.v1.IntrospectTokenResponse;
import dev.securetoken.v1.ListRevocationsResponse;
import dev.securetoken.v1.RefreshTokenResponse;
import dev.securetoken.v1.RevokeTokensRequest;
import dev.securetoken.v1.RevokeTokensResponse;
import dev.securetoken.v1.TokenClaims;
import dev.securetoken.v1.ValidateTokenRequest;
import dev.securetoken.v1.ValidateTokenResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Response messages as results. */
final class Responses {
  private Responses() {}

  static IssuedToken generated(GenerateTokenResponse it) {
    Answers.require(!it.getToken().isEmpty(), "token");
    Claims claims =
        new Claims(
            it.getTokenId(),
            it.getUserId(),
            it.getPermissionsList(),
            Answers.instant(it.hasIssuedAt(), it.getIssuedAt(), "issued_at"),
            Answers.instant(it.hasExpiresAt(), it.getExpiresAt(), "expires_at"),
            AdditionalData.fromStruct(it.getAdditionalData()),
            it.getSessionId(),
            it.getKeyId(),
            it.getAudiencesList());
    return new IssuedToken(claims, it.getToken(), false);
  }

  static IssuedToken refreshed(RefreshTokenResponse it) {
    Answers.require(!it.getToken().isEmpty(), "token");
    Claims claims =
        new Claims(
            it.getTokenId(),
            it.getUserId(),
            it.getPermissionsList(),
            Answers.instant(it.hasIssuedAt(), it.getIssuedAt(), "issued_at"),
            Answers.instant(it.hasExpiresAt(), it.getExpiresAt(), "expires_at"),
            Answers.additionalData(it.getAdditionalData(), it.getAdditionalDataJson()),
            it.getSessionId(),
            it.getKeyId(),
            it.getAudiencesList());
    return new IssuedToken(claims, it.getToken(), it.getClamped());
  }

  static ValidToken validated(ValidateTokenRequest request, ValidateTokenResponse it) {
    Answers.requireChecked(request.getAudience(), it.getCheckedAudience());
    return validated(it);
  }

  static ValidToken validated(ValidateTokenResponse it) {
    Answers.require(it.getValid(), "valid");
    Claims claims =
        new Claims(
            it.getTokenId(),
            it.getUserId(),
            it.getPermissionsList(),
            Answers.instant(it.hasIssuedAt(), it.getIssuedAt(), "issued_at"),
            Answers.instant(it.hasExpiresAt(), it.getExpiresAt(), "expires_at"),
            Answers.additionalData(it.getAdditionalData(), it.getAdditionalDataJson()),
            it.getSessionId(),
            it.getKeyId(),
            it.getAudiencesList());
    Duration remaining = remaining(it.hasTimeRemaining(), it.getTimeRemaining());
    Instant started = started(claims, it.hasSessionStartedAt(), it.getSessionStartedAt());
    return new ValidToken(claims, remaining, started, it.getCheckedAudience());
  }

  static boolean granted(CheckPermissionRequest request, CheckPermissionResponse it) {
    Answers.requireChecked(request.getAudience(), it.getCheckedAudience());
    Answers.require(it.getGranted(), "granted");
    return true;
  }

  static List<PermissionResult> checked(
      CheckPermissionsRequest request, CheckPermissionsResponse it) {
    Answers.requireChecked(request.getAudience(), it.getCheckedAudience());
    Answers.requireCount(it.getResultsList(), request.getPermissionsCount());
    return it.getResultsList().stream()
        .map(result -> new PermissionResult(result.getPermission(), result.getGranted()))
        .collect(Collectors.toUnmodifiableList());
  }

  static List<BatchResult> batch(
      BatchValidateTokensRequest request, BatchValidateTokensResponse it) {
    Answers.requireCount(it.getResultsList(), request.getTokensCount());
    return it.getResultsList().stream()
        .map(result -> batchResult(result, request.getAudience()))
        .collect(Collectors.toUnmodifiableList());
  }

  /** The same where what is no fact about a token is the end of that token's answer alone. */
  static List<CompletableFuture<ValidToken>> each(
      BatchValidateTokensRequest request, BatchValidateTokensResponse it) {
    Answers.requireCount(it.getResultsList(), request.getTokensCount());
    return it.getResultsList().stream()
        .map(result -> one(result, request.getAudience()))
        .collect(Collectors.toList());
  }

  private static CompletableFuture<ValidToken> one(
      BatchValidateTokensResult it, String audience) {
    try {
      return CompletableFuture.completedFuture(batchResult(it, audience).orElseThrow());
    } catch (RuntimeException error) {
      return CompletableFuture.failedFuture(error);
    }
  }

  private static BatchResult batchResult(BatchValidateTokensResult it, String audience) {
    switch (it.getResultCase()) {
      case CLAIMS:
        Answers.requireChecked(audience, it.getClaims().getCheckedAudience());
        return BatchResult.of(valid(it.getClaims()));
      case ERROR:
        RuntimeException error = ErrorDetails.fromStatus(it.getError());
        // What is no fact about the token fails the call: nobody must take it for one.
        if (!(error instanceof TokenError)) {
          throw error;
        }
        return BatchResult.of((TokenError) error);
      default:
        throw Answers.malformed("holds neither claims nor error for a token");
    }
  }

  static TokenInfo info(GetTokenInfoResponse it) {
    Answers.require(it.getValid(), "valid");
    if (it.getIsRevoked()) {
      throw Answers.malformed("calls a revoked token valid");
    }
    Claims claims =
        new Claims(
            it.getTokenId(),
            it.getUserId(),
            it.getPermissionsList(),
            Answers.instant(it.hasIssuedAt(), it.getIssuedAt(), "issued_at"),
            Answers.instant(it.hasExpiresAt(), it.getExpiresAt(), "expires_at"),
            Answers.additionalData(it.getAdditionalData(), it.getAdditionalDataJson()),
            it.getSessionId(),
            it.getKeyId(),
            it.getAudiencesList());
    Duration remaining = remaining(it.hasTimeRemaining(), it.getTimeRemaining());
    Instant createdAt = Answers.instant(it.hasCreatedAt(), it.getCreatedAt(), "created_at");
    Instant sessionStartedAt =
        Answers.instant(it.hasSessionStartedAt(), it.getSessionStartedAt(), "session_started_at");
    ValidToken valid = new ValidToken(claims, remaining, sessionStartedAt);
    return new TokenInfo(valid, createdAt, it.getIsRevoked());
  }

  static Introspection introspected(IntrospectTokenResponse it) {
    switch (it.getState()) {
      case TOKEN_STATE_ACTIVE:
        return authentic(TokenState.ACTIVE, it);
      case TOKEN_STATE_EXPIRED:
        return authentic(TokenState.EXPIRED, it);
      case TOKEN_STATE_REVOKED:
        return authentic(TokenState.REVOKED, it);
      case TOKEN_STATE_INVALID:
        return Introspection.invalid();
      default:
        throw Answers.malformed("holds a token state that this client does not know");
    }
  }

  private static Introspection authentic(TokenState state, IntrospectTokenResponse it) {
    Answers.require(it.hasClaims(), "claims");
    TokenClaims claims = it.getClaims();
    Duration remaining = remaining(claims.hasTimeRemaining(), claims.getTimeRemaining());
    return Introspection.authentic(state, claims(claims), remaining, it.getKeyId());
  }

  static List<RevocationOutcome> revoked(RevokeTokensRequest request, RevokeTokensResponse it) {
    Answers.requireCount(it.getResultsList(), request.getTargetsCount());
    return it.getResultsList().stream()
        .map(result -> outcome(result.getOutcome()))
        .collect(Collectors.toUnmodifiableList());
  }

  private static RevocationOutcome outcome(dev.securetoken.v1.RevocationOutcome outcome) {
    switch (outcome) {
      case REVOCATION_OUTCOME_REVOKED:
        return RevocationOutcome.REVOKED;
      case REVOCATION_OUTCOME_ALREADY_EXPIRED:
        return RevocationOutcome.ALREADY_EXPIRED;
      case REVOCATION_OUTCOME_NOT_AUTHENTIC:
        return RevocationOutcome.NOT_AUTHENTIC;
      default:
        return RevocationOutcome.UNSPECIFIED;
    }
  }

  static RevocationPage page(ListRevocationsResponse it) {
    List<Revocation> entries =
        it.getRevocationsList().stream()
            .map(Revocation::new)
            .collect(Collectors.toUnmodifiableList());
    return new RevocationPage(entries, it.getNextPageToken());
  }

  static ServiceConfig config(ExportConfigResponse it) {
    return new ServiceConfig(
        it.getAlgorithm(),
        it.getVersion(),
        Integer.toUnsignedLong(it.getIterations()),
        it.getSalt().toByteArray(),
        Answers.duration(it.hasDefaultExpiresIn(), it.getDefaultExpiresIn(), "default_expires_in"),
        it.getKeysList().stream()
            .map(key -> new KeyInfo(key.getKeyId(), keyState(key.getState())))
            .collect(Collectors.toUnmodifiableList()),
        it.getServerVersion(),
        it.getCaller(),
        List.copyOf(it.getCallerRpcsList()));
  }

  private static KeyState keyState(dev.securetoken.v1.KeyState state) {
    switch (state) {
      case KEY_STATE_STAGED:
        return KeyState.STAGED;
      case KEY_STATE_PRIMARY:
        return KeyState.PRIMARY;
      case KEY_STATE_SECONDARY:
        return KeyState.SECONDARY;
      default:
        return KeyState.UNSPECIFIED;
    }
  }

  private static Claims claims(TokenClaims it) {
    return new Claims(
        it.getTokenId(),
        it.getUserId(),
        it.getPermissionsList(),
        Answers.instant(it.hasIssuedAt(), it.getIssuedAt(), "issued_at"),
        Answers.instant(it.hasExpiresAt(), it.getExpiresAt(), "expires_at"),
        Answers.additionalData(it.getAdditionalData(), it.getAdditionalDataJson()),
        it.getSessionId(),
        it.getKeyId(),
        it.getAudiencesList());
  }

  private static ValidToken valid(TokenClaims it) {
    Claims claims = claims(it);
    Duration remaining = remaining(it.hasTimeRemaining(), it.getTimeRemaining());
    Instant started = started(claims, it.hasSessionStartedAt(), it.getSessionStartedAt());
    return new ValidToken(claims, remaining, started, it.getCheckedAudience());
  }

  /** The session's start; where a service is too old to tell it, the token counts as the first. */
  private static Instant started(Claims claims, boolean present, Timestamp timestamp) {
    return present
        ? Answers.instant(present, timestamp, "session_started_at")
        : claims.issuedAt();
  }

  private static Duration remaining(boolean present, com.google.protobuf.Duration duration) {
    return Answers.duration(present, duration, "time_remaining");
  }
}
