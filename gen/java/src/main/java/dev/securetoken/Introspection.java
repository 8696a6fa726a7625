package dev.securetoken;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** A token's state, and its claims where the token is authentic. */
public final class Introspection {
  private final TokenState state;
  private final Claims claims;
  private final Duration timeRemaining;
  private final String keyId;

  private Introspection(TokenState state, Claims claims, Duration timeRemaining, String keyId) {
    this.state = state;
    this.claims = claims;
    this.timeRemaining = timeRemaining;
    this.keyId = keyId;
  }

  static Introspection invalid() {
    return new Introspection(TokenState.INVALID, null, null, null);
  }

  static Introspection authentic(
      TokenState state, Claims claims, Duration timeRemaining, String keyId) {
    return new Introspection(state, claims, timeRemaining, keyId);
  }

  /**
   * The state at the server's present.
   *
   * @return the state
   */
  public TokenState state() {
    return state;
  }

  /**
   * Whether the token is valid.
   *
   * @return whether the state is {@link TokenState#ACTIVE}
   */
  public boolean isActive() {
    return state == TokenState.ACTIVE;
  }

  /**
   * What the token holds.
   *
   * @return the claims; empty for an invalid token, of which nothing can be believed
   */
  public Optional<Claims> claims() {
    return Optional.ofNullable(claims);
  }

  /**
   * How long the token stays valid.
   *
   * @return the duration, zero for an expired token; empty for an invalid one
   */
  public Optional<Duration> timeRemaining() {
    return Optional.ofNullable(timeRemaining);
  }

  /**
   * The same as Python's {@code str(timedelta)} writes it.
   *
   * @return {@code 0:59:59.999648}, {@code 1 day, 2:03:04} …; empty for an invalid token
   */
  public Optional<String> timeRemainingText() {
    return timeRemaining().map(DurationText::format);
  }

  /**
   * The key that the token is made with.
   *
   * @return a fingerprint, never secret; empty for an invalid token
   */
  public Optional<String> keyId() {
    return Optional.ofNullable(keyId);
  }

  /**
   * As {@link #state()}, for JSON and beans.
   *
   * @return the same
   */
  public TokenState getState() {
    return state();
  }

  /**
   * As {@link #claims()}, for JSON and beans.
   *
   * @return the same; {@code null} where it is empty
   */
  public Claims getClaims() {
    return claims().orElse(null);
  }

  /**
   * As {@link #timeRemaining()}, for JSON and beans.
   *
   * @return the same; {@code null} where it is empty
   */
  public Duration getTimeRemaining() {
    return timeRemaining().orElse(null);
  }

  /**
   * As {@link #timeRemainingText()}, for JSON and beans.
   *
   * @return the same; {@code null} where it is empty
   */
  public String getTimeRemainingText() {
    return timeRemainingText().orElse(null);
  }

  /**
   * As {@link #keyId()}, for JSON and beans.
   *
   * @return the same; {@code null} where it is empty
   */
  public String getKeyId() {
    return keyId().orElse(null);
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Introspection)) {
      return false;
    }
    Introspection that = (Introspection) other;
    return state == that.state
        && Objects.equals(claims, that.claims)
        && Objects.equals(timeRemaining, that.timeRemaining)
        && Objects.equals(keyId, that.keyId);
  }

  @Override
  public int hashCode() {
    return Objects.hash(state, claims, timeRemaining, keyId);
  }

  @Override
  public String toString() {
    return "Introspection[state=" + state + ", claims=" + claims + ", keyId=" + keyId + "]";
  }
}
