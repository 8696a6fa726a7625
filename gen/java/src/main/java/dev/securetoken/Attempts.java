package dev.securetoken;

import dev.securetoken.v1.TokenServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One call until its deadline. A call that does not reach the service, or finds it UNAVAILABLE, is
 * tried again until then, so that a restart costs time alone. RefreshToken is tried again only where
 * the service cannot have seen it: when only the answer was lost, the old token may be revoked. A
 * token that GenerateToken issues twice is held once.
 */
final class Attempts {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Connection connection;
  private final MethodDescriptor<?, ?> method;
  private final Deadline deadline;
  private final boolean waitsForRate;
  private final Runnable onTry;
  private int count;
  private boolean renewed;
  private StatusRuntimeException last;

  Attempts(
      Connection connection,
      MethodDescriptor<?, ?> method,
      Duration longest,
      boolean waitsForRate,
      Runnable onTry) {
    this.waitsForRate = waitsForRate;
    this.onTry = onTry;
    this.connection = connection;
    this.method = method;
    Deadline own = Deadline.after(longest.toNanos(), TimeUnit.NANOSECONDS);
    Deadline inherited = Context.current().getDeadline();
    this.deadline = inherited == null ? own : own.minimum(inherited);
  }

  /** The options of a try, which begins. */
  CallOptions options() {
    onTry.run();
    return CallOptions.DEFAULT.withDeadline(deadline);
  }

  /** How long to wait before the next attempt, in nanoseconds. Throws what the call ends with. */
  long judge(StatusRuntimeException error) {
    RuntimeException fact = ErrorDetails.fromStatusRuntimeException(error);
    if (fact instanceof TokenError) {
      throw fact;
    }
    switch (error.getStatus().getCode()) {
      case UNAVAILABLE:
        return unavailable(error);
      case UNKNOWN:
        if (CallErrors.isLost(error)) {
          return unavailable(error);
        }
        break;
      case RESOURCE_EXHAUSTED:
        Optional<Duration> delay = CallErrors.retryDelay(error);
        if (delay.isPresent() && (waitsForRate || !CallErrors.isBeyondRate(error))) {
          return within(delay.get().toNanos() + spread(FIRST_PAUSE_NANOS), error);
        }
        break;
      case UNAUTHENTICATED:
        if (mayRenew(error)) {
          return 0;
        }
        throw CallErrors.named(explained(error));
      case DEADLINE_EXCEEDED:
        connection.renew();
        if (last != null) {
          throw CallErrors.named(last); // says more than that the time is up
        }
        break;
      default:
    }
    throw CallErrors.named(error);
  }

  private long unavailable(StatusRuntimeException error) {
    boolean isRefresh =
        method.getFullMethodName().equals(TokenServiceGrpc.getRefreshTokenMethod().getFullMethodName());
    if (connection.isClosed()
        || ConnectionFault.of(error) != null
        || (isRefresh && !CallErrors.isNeverSent(error))) {
      throw CallErrors.named(error);
    }
    if (count == 0 && connection.wantsTls(error.getStatus().getDescription())) {
      throw new ServiceUnavailableError(error, ConnectionFault.PLAINTEXT_TO_TLS);
    }
    last = error;
    connection.hurry();
    long longest = Math.min(FIRST_PAUSE_NANOS << Math.min(count++, 8), MAX_PAUSE_NANOS);
    long asked = CallErrors.retryDelay(error).map(Duration::toNanos).orElse(0L);
    return within(Math.max(asked, longest / 2 + spread(longest / 2)), error);
  }

  /** Whether the refused key may have been replaced meanwhile: then it is shown once more. */
  private boolean mayRenew(StatusRuntimeException error) {
    if (renewed || connection.keys == null || CallErrors.callerInfo(error).isEmpty()) {
      return false;
    }
    renewed = true;
    return connection.keys.renew();
  }

  /** A refusal of the key that says what is wrong with its source. */
  private StatusRuntimeException explained(StatusRuntimeException error) {
    String fault = connection.keys == null ? null : connection.keys.fault();
    if (fault == null || CallErrors.callerInfo(error).isEmpty()) {
      return error;
    }
    Status status = error.getStatus();
    String text = status.getDescription() + "; " + fault + ": the key read last was sent";
    return new StatusRuntimeException(
        status.withDescription(text).withCause(error), error.getTrailers());
  }

  /** Gives up at once where the deadline comes before the next attempt. */
  private long within(long pause, StatusRuntimeException error) {
    if (deadline.timeRemaining(TimeUnit.NANOSECONDS) <= pause) {
      throw CallErrors.named(error);
    }
    return pause;
  }

  private static long spread(long nanos) {
    return ThreadLocalRandom.current().nextLong(nanos + 1);
  }

  /** Waits in the calling thread. */
  static void pause(long nanos) {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw Status.CANCELLED.withCause(interrupted).asRuntimeException();
    }
  }
}
