package dev.securetoken;

import io.grpc.Status;
import java.time.Instant;
import java.util.Map;

/** The errors for what no message can carry, with the words and the field of the server. */
final class Refusals {
  private Refusals() {}

  static TokenError userId(String rule) {
    return refused("USER_ID_INVALID", "user_id", "user_id " + rule);
  }

  static TokenError permission(int index, boolean missing) {
    String field = "permissions[" + index + "]";
    String message =
        missing
            ? "Each permission must be a string"
            : field + " must consist of printable characters";
    return refused("PERMISSION_INVALID", field, message);
  }

  static TokenError requiredPermission(String field) {
    return refused("REQUIRED_PERMISSION_INVALID", field, field + " must be text");
  }

  static TokenError audience(String field, String rule) {
    return refused("AUDIENCE_INVALID", field, field + " must " + rule);
  }

  static TokenError lifetime(String field) {
    String message = "Expires hours must be between 0 and 8760 hours";
    return refused("EXPIRES_IN_OUT_OF_RANGE", field, message);
  }

  static TokenError additionalData(String rule) {
    return refused("ADDITIONAL_DATA_INVALID", "additional_data", "additional_data " + rule);
  }

  static InvalidTokenError emptyToken() {
    TokenErrorFacts facts =
        new TokenErrorFacts("TOKEN_EMPTY", "token", Map.of(), Status.Code.UNAUTHENTICATED);
    return new InvalidTokenError("Token is empty or invalid", facts, null);
  }

  /** What the server says of a token that has ended. */
  static TokenExpiredError expiredToken(Instant expiredAt) {
    TokenErrorFacts facts =
        new TokenErrorFacts("TOKEN_EXPIRED", "token", Map.of(), Status.Code.UNAUTHENTICATED);
    return new TokenExpiredError("Token has expired", facts, expiredAt, null);
  }

  /** What the server says of a token that is revoked. */
  static InvalidTokenError revokedToken() {
    TokenErrorFacts facts =
        new TokenErrorFacts("TOKEN_REVOKED", "token", Map.of(), Status.Code.UNAUTHENTICATED);
    return new InvalidTokenError("Token has been revoked", facts, null);
  }

  /** What the server says of a valid token that lacks a permission. */
  static PermissionDeniedError notGranted(String permission) {
    TokenErrorFacts facts =
        new TokenErrorFacts(
            "PERMISSION_NOT_GRANTED",
            "required_permission",
            Map.of("required_permission", permission),
            Status.Code.PERMISSION_DENIED);
    String message = "Permission '" + permission + "' not granted";
    return new PermissionDeniedError(message, facts, permission, null);
  }

  /** What the server says of a valid token that is meant for others. */
  static InvalidTokenError notFor(String audience) {
    TokenErrorFacts facts =
        new TokenErrorFacts(
            "AUDIENCE_MISMATCH",
            "audience",
            Map.of("audience", audience),
            Status.Code.UNAUTHENTICATED);
    return new InvalidTokenError("Token is not for audience '" + audience + "'", facts, null);
  }

  private static TokenError refused(String reason, String field, String message) {
    TokenErrorFacts facts =
        new TokenErrorFacts(reason, field, Map.of(), Status.Code.INVALID_ARGUMENT);
    return new TokenError(message, facts, null);
  }
}
