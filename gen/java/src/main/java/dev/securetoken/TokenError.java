package dev.securetoken;

import io.grpc.Status;
import java.util.Map;

/**
 * A fact about a token or a request; the base of the four exceptions. As itself it says that a
 * request breaks a rule, or that a newer server told a kind which this client does not know.
 *
 * <p>Whatever else goes wrong with a call (transport, deadline, the caller's own credential) stays
 * an {@link io.grpc.StatusRuntimeException} and says nothing about the token.
 */
public class TokenError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final TokenErrorFacts facts;

  TokenError(String message, TokenErrorFacts facts, Throwable cause) {
    super(message, cause);
    this.facts = facts;
  }

  /**
   * Which of the four exceptions this is.
   *
   * @return the kind, of which the exception's class is the other form
   */
  public TokenErrorKind kind() {
    return TokenErrorKind.TOKEN_ERROR;
  }

  /**
   * Which rule was broken: the name of an {@code ErrorReason} of error.proto, without its prefix.
   *
   * @return {@code EXPIRES_IN_OUT_OF_RANGE}, {@code TOKEN_REVOKED} …; a newer server may send names
   *     that this client does not know; {@code UNSPECIFIED} where the server sent none
   */
  public final String reason() {
    return facts.reason;
  }

  /**
   * The input at fault, as Java names it.
   *
   * @return {@code token}, {@code permissions[2]}, {@code expiresIn} …
   */
  public final String field() {
    return facts.field;
  }

  /**
   * Every variable part of the message, by name.
   *
   * @return an immutable map
   */
  public final Map<String, String> metadata() {
    return facts.metadata;
  }

  /**
   * The code of the RPC's status, for logs. Tell errors apart by class or {@link #kind()} instead.
   *
   * @return the code
   */
  public final Status.Code statusCode() {
    return facts.statusCode;
  }
}
