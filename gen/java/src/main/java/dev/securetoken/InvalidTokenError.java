package dev.securetoken;

/** The token is malformed, not authentic, or revoked. Only {@code TOKEN_REVOKED} tells which. */
public final class InvalidTokenError extends TokenError {
  private static final long serialVersionUID = 1L;

  InvalidTokenError(String message, TokenErrorFacts facts, Throwable cause) {
    super(message, facts, cause);
  }

  @Override
  public TokenErrorKind kind() {
    return TokenErrorKind.INVALID_TOKEN;
  }
}
