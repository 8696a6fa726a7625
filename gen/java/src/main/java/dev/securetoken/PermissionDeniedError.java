package dev.securetoken;

/** The token is valid and lacks the required permission. */
public final class PermissionDeniedError extends TokenError {
  private static final long serialVersionUID = 1L;

  private final String requiredPermission;

  PermissionDeniedError(
      String message, TokenErrorFacts facts, String requiredPermission, Throwable cause) {
    super(message, facts, cause);
    this.requiredPermission = requiredPermission;
  }

  @Override
  public TokenErrorKind kind() {
    return TokenErrorKind.PERMISSION_DENIED;
  }

  /**
   * The permission that the token lacks.
   *
   * @return the permission
   */
  public String requiredPermission() {
    return requiredPermission;
  }
}
