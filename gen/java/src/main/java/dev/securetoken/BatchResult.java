package dev.securetoken;

import java.util.Optional;

/** The answer for one token of a batch: its claims, or what is wrong with it. */
public final class BatchResult {
  private final ValidToken token;
  private final TokenError error;

  private BatchResult(ValidToken token, TokenError error) {
    this.token = token;
    this.error = error;
  }

  static BatchResult of(ValidToken token) {
    return new BatchResult(token, null);
  }

  static BatchResult of(TokenError error) {
    return new BatchResult(null, error);
  }

  /**
   * Whether the token is valid.
   *
   * @return whether {@link #token()} holds its claims
   */
  public boolean isValid() {
    return token != null;
  }

  /**
   * The claims of a valid token.
   *
   * @return the claims; empty where there is an {@link #error()}
   */
  public Optional<ValidToken> token() {
    return Optional.ofNullable(token);
  }

  /**
   * What {@link SecureTokenClient#validateToken} would have thrown.
   *
   * @return the error; empty for a valid token
   */
  public Optional<TokenError> error() {
    return Optional.ofNullable(error);
  }

  /**
   * The claims, or the error thrown.
   *
   * @return the claims of a valid token
   * @throws TokenError what is wrong with the token
   */
  public ValidToken orElseThrow() {
    if (error != null) {
      throw error;
    }
    return token;
  }

  /**
   * As {@link #token()}, for JSON and beans.
   *
   * @return the same; {@code null} where it is empty
   */
  public ValidToken getToken() {
    return token().orElse(null);
  }

  /**
   * The {@linkplain TokenError#reason() reason} of {@link #error()}, for JSON and beans.
   *
   * @return {@code TOKEN_EXPIRED}, {@code TOKEN_REVOKED} …; {@code null} for a valid token
   */
  public String getReason() {
    return error().map(TokenError::reason).orElse(null);
  }

  @Override
  public String toString() {
    return isValid() ? token.toString() : error.toString();
  }
}
