package dev.securetoken;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;

/**
 * The service could not be reached, or called itself unavailable, until the call's deadline. A call
 * with a {@link #fault()} is not tried again.
 */
public final class ServiceUnavailableError extends StatusRuntimeException {
  private final ConnectionFault fault;

  ServiceUnavailableError(StatusRuntimeException error, ConnectionFault fault) {
    super(
        Status.UNAVAILABLE
            .withDescription(error.getStatus().getDescription())
            .withCause(error),
        error.getTrailers());
    this.fault = fault;
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
