package dev.securetoken;

import io.grpc.Status;
import java.util.List;
import java.util.Optional;

/** What a request that may not pass is answered with. Holds nothing of the token. */
public final class Refusal {
  private static final String INVALID = "Bearer error=\"invalid_token\"";

  private final RefusalReason reason;
  private final int status;
  private final Status.Code code;
  private final String error;
  private final String message;
  private final String challenge;
  private final List<String> permissions;

  private Refusal(
      RefusalReason reason,
      int status,
      Status.Code code,
      String error,
      String message,
      String challenge,
      List<String> permissions) {
    this.reason = reason;
    this.status = status;
    this.code = code;
    this.error = error;
    this.message = message;
    this.challenge = challenge;
    this.permissions = permissions;
  }

  static Refusal of(RefusalReason reason) {
    switch (reason) {
      case TOKEN_MISSING:
        return unauthenticated(reason, "missing_token", "a bearer token is required", "Bearer");
      case TOKEN_INVALID:
        return unauthenticated(reason, "invalid_token", "the bearer token is not valid", INVALID);
      case TOKEN_EXPIRED:
        String challenge = INVALID + ", error_description=\"the token has expired\"";
        return unauthenticated(
            reason, "invalid_token", "the bearer token has expired", challenge);
      case PERMISSION_MISSING:
        return permissionMissing(List.of());
      default:
        String message = "tokens cannot be checked at present";
        return new Refusal(
            reason, 503, Status.Code.UNAVAILABLE, "unavailable", message, null, List.of());
    }
  }

  static Refusal permissionMissing(List<String> permissions) {
    String challenge = "Bearer error=\"insufficient_scope\"";
    if (!permissions.isEmpty() && permissions.stream().allMatch(Refusal::isScope)) {
      challenge += ", scope=\"" + String.join(" ", permissions) + "\"";
    }
    return new Refusal(
        RefusalReason.PERMISSION_MISSING,
        403,
        Status.Code.PERMISSION_DENIED,
        "insufficient_scope",
        "a permission is missing",
        challenge,
        permissions);
  }

  private static Refusal unauthenticated(
      RefusalReason reason, String error, String message, String challenge) {
    return new Refusal(
        reason, 401, Status.Code.UNAUTHENTICATED, error, message, challenge, List.of());
  }

  /** Whether the scope attribute can name it: RFC 6750, section 3. */
  private static boolean isScope(String permission) {
    return permission.chars().allMatch(c -> c >= '!' && c <= '~' && c != '"' && c != '\\');
  }

  /**
   * Why the request may not pass.
   *
   * @return the reason
   */
  public RefusalReason reason() {
    return reason;
  }

  /**
   * The HTTP status.
   *
   * @return 401, 403 or 503
   */
  public int status() {
    return status;
  }

  /**
   * The gRPC status code.
   *
   * @return the code
   */
  public Status.Code code() {
    return code;
  }

  /**
   * What went wrong, for programs.
   *
   * @return an error code of RFC 6750, {@code missing_token} or {@code unavailable}
   */
  public String error() {
    return error;
  }

  /**
   * What went wrong, for people.
   *
   * @return a sentence
   */
  public String message() {
    return message;
  }

  /**
   * The WWW-Authenticate header; RFC 6750, section 3.
   *
   * @return its value; empty where another token would not help
   */
  public Optional<String> challenge() {
    return Optional.ofNullable(challenge);
  }

  /**
   * What the request requires, where that is why it is refused.
   *
   * @return the permissions
   */
  public List<String> permissions() {
    return permissions;
  }

  /**
   * The body of an HTTP answer.
   *
   * @return a JSON object
   */
  public String body() {
    return String.format(
        "{\"error\":\"%s\",\"reason\":\"%s\",\"message\":\"%s\"}", error, reason, message);
  }

  @Override
  public String toString() {
    return reason.name();
  }
}
