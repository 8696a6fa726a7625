package dev.securetoken;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;

/** This client makes more calls than it may, and its deadline did not allow to wait. */
public final class RateExceededError extends StatusRuntimeException {
  private final Duration retryAfter;

  RateExceededError(StatusRuntimeException error, Duration retryAfter) {
    super(error.getStatus().withCause(error), error.getTrailers());
    this.retryAfter = retryAfter;
  }

  /**
   * How long to wait.
   *
   * @return the duration; empty where the service does not say
   */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
