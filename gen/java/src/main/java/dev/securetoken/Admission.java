package dev.securetoken;

import java.util.NoSuchElementException;
import java.util.Optional;

/** What a {@link TokenGuard} decided about a request. */
public final class Admission {
  private static final Admission NOBODY = new Admission(null, null, null);

  private final ValidToken token;
  private final String bearer;
  private final Refusal refusal;

  private Admission(ValidToken token, String bearer, Refusal refusal) {
    this.token = token;
    this.bearer = bearer;
    this.refusal = refusal;
  }

  static Admission granted(ValidToken token, String bearer) {
    return new Admission(token, bearer, null);
  }

  static Admission nobody() {
    return NOBODY;
  }

  static Admission refused(Refusal refusal) {
    return new Admission(null, null, refusal);
  }

  /**
   * Why the request must not pass.
   *
   * @return the refusal; empty when it may pass
   */
  public Optional<Refusal> refusal() {
    return Optional.ofNullable(refusal);
  }

  /**
   * The claims of the token that the request bears.
   *
   * @return the claims
   * @throws NoSuchElementException when the request must not pass, or passes as nobody
   */
  public ValidToken token() {
    return optionalToken()
        .orElseThrow(
            () ->
                new NoSuchElementException(
                    refusal == null ? "no token was required" : "the request was refused"));
  }

  /**
   * The same where a token is not required.
   *
   * @return the claims; empty for a request that is refused or passes as nobody
   */
  public Optional<ValidToken> optionalToken() {
    return Optional.ofNullable(token);
  }

  /**
   * The token itself, to call another service as its user.
   *
   * @return the token; empty where there are no claims
   */
  public Optional<String> bearer() {
    return Optional.ofNullable(bearer);
  }

  @Override
  public String toString() {
    return refusal == null ? "granted " + token : "refused " + refusal;
  }
}
