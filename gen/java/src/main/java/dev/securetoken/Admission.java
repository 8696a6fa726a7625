package dev.securetoken;

import java.util.NoSuchElementException;
import java.util.Optional;

/** What a {@link TokenGuard} decided about a request. */
public final class Admission {
  private final ValidToken token;
  private final Refusal refusal;

  private Admission(ValidToken token, Refusal refusal) {
    this.token = token;
    this.refusal = refusal;
  }

  static Admission granted(ValidToken token) {
    return new Admission(token, null);
  }

  static Admission refused(Refusal refusal) {
    return new Admission(null, refusal);
  }

  /**
   * Why the request must not pass.
   *
   * @return the reason; empty when it may pass
   */
  public Optional<Refusal> refusal() {
    return Optional.ofNullable(refusal);
  }

  /**
   * The claims of the token that the request bears.
   *
   * @return the claims
   * @throws NoSuchElementException when the request must not pass
   */
  public ValidToken token() {
    if (token == null) {
      throw new NoSuchElementException("the request was refused: " + refusal);
    }
    return token;
  }

  @Override
  public String toString() {
    return refusal == null ? "granted " + token : "refused " + refusal;
  }
}
