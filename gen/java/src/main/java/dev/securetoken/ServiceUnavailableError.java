package dev.securetoken;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Optional;

/**
 * The service could not be reached, or called itself unavailable, until the call's deadline. A call
 * with a {@link #fault()} is not tried again.
 */
public final class ServiceUnavailableError extends StatusRuntimeException {
  private static final int MAX_CAUSES = 20;

  private final ConnectionFault fault;

  ServiceUnavailableError(StatusRuntimeException error, ConnectionFault fault) {
    super(
        Status.UNAVAILABLE
            .withDescription(described(error))
            .withCause(error),
        error.getTrailers());
    this.fault = fault;
  }

  /** gRPC says "io exception", and leaves to the cause which and with whom. */
  private static String described(StatusRuntimeException error) {
    String text = error.getStatus().getDescription();
    Throwable cause = error.getCause();
    for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
      String message = cause.getMessage();
      if (cause instanceof IOException && message != null && !String.valueOf(text).contains(message)) {
        return text == null ? message : text + ": " + message;
      }
    }
    return text;
  }

  /**
   * What is wrong with the connection, where trying again cannot help.
   *
   * @return the fault; empty for a service that is away at present
   */
  public Optional<ConnectionFault> fault() {
    return Optional.ofNullable(fault);
  }

  /**
   * Says what to do about a fault.
   *
   * @return the message
   */
  @Override
  public String getMessage() {
    return fault == null
        ? "the token service is not available: " + super.getMessage()
        : "the token service cannot be reached: " + fault.advice;
  }
}
