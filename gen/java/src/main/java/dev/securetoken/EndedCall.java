package dev.securetoken;

import io.grpc.Status;
import java.time.Duration;

/** A call that has ended, with all its further tries. It holds no token. */
public final class EndedCall {
  private final String method;
  private final Status.Code code;
  private final Duration duration;

  EndedCall(String method, Status.Code code, Duration duration) {
    this.method = method;
    this.code = code;
    this.duration = duration;
  }

  /**
   * The RPC.
   *
   * @return {@code ValidateToken} …
   */
  public String method() {
    return method;
  }

  /**
   * How it ended.
   *
   * @return gRPC's code, whose name is {@code OK}, {@code UNAUTHENTICATED}, {@code UNAVAILABLE} …
   */
  public Status.Code code() {
    return code;
  }

  /**
   * How long it took.
   *
   * @return the time from the call to its end
   */
  public Duration duration() {
    return duration;
  }

  @Override
  public String toString() {
    return method + " " + code + " " + duration;
  }
}
