package dev.securetoken;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** The claims of a token that is valid at the server's present. */
public class ValidToken extends Claims {
  private final Duration timeRemaining;
  private final Instant sessionStartedAt;
  private final String checkedAudience;

  ValidToken(Claims claims, Duration timeRemaining, Instant sessionStartedAt) {
    this(claims, timeRemaining, sessionStartedAt, "");
  }

  /** The empty text stands for no audience, as on the wire. */
  ValidToken(
      Claims claims, Duration timeRemaining, Instant sessionStartedAt, String checkedAudience) {
    super(claims);
    this.timeRemaining = timeRemaining;
    this.sessionStartedAt = sessionStartedAt;
    this.checkedAudience = checkedAudience;
  }

  /**
   * How long the token stays valid, by the server's clock at the time of its answer.
   *
   * @return the duration, exact to the microsecond
   */
  public final Duration timeRemaining() {
    return timeRemaining;
  }

  /**
   * The same as Python's {@code str(timedelta)} writes it.
   *
   * @return {@code 0:59:59.999648}, {@code 1 day, 2:03:04} …
   */
  public final String timeRemainingText() {
    return DurationText.format(timeRemaining);
  }

  /**
   * When the session began: what the cut-offs of a revocation are compared with.
   *
   * @return when the session's first token was issued; {@link #issuedAt()} where the service is too
   *     old to tell it
   */
  public final Instant sessionStartedAt() {
    return sessionStartedAt;
  }

  /**
   * The audience that the call required, and which the token names.
   *
   * @return the audience; empty where none was required, and of a {@link WatchedVerifier}
   */
  public final Optional<String> checkedAudience() {
    return checkedAudience.isEmpty() ? Optional.empty() : Optional.of(checkedAudience);
  }

  /**
   * As {@link #checkedAudience()}, for JSON and beans.
   *
   * @return the same; {@code null} where it is empty
   */
  public final String getCheckedAudience() {
    return checkedAudience().orElse(null);
  }

  /**
   * As {@link #sessionStartedAt()}, for JSON and beans.
   *
   * @return the same
   */
  public final Instant getSessionStartedAt() {
    return sessionStartedAt();
  }

  /**
   * As {@link #timeRemaining()}, for JSON and beans.
   *
   * @return the same
   */
  public final Duration getTimeRemaining() {
    return timeRemaining();
  }

  /**
   * As {@link #timeRemainingText()}, for JSON and beans.
   *
   * @return the same
   */
  public final String getTimeRemainingText() {
    return timeRemainingText();
  }

  /** The same claims a while later. */
  final ValidToken after(Duration elapsed) {
    Duration rest = timeRemaining.minus(elapsed).truncatedTo(ChronoUnit.MICROS);
    return new ValidToken(this, rest, sessionStartedAt, checkedAudience);
  }

  @Override
  List<Object> parts() {
    return List.of(super.parts(), timeRemaining, sessionStartedAt, checkedAudience);
  }
}
