package dev.securetoken;

import io.grpc.StatusRuntimeException;
import java.util.Map;

/**
 * The service refuses this client's own credential, or what it asks for with it. The token is not at
 * fault.
 */
public final class CallerRefusedError extends StatusRuntimeException {
  private final String reason;
  private final String field;
  private final transient Map<String, String> metadata;

  CallerRefusedError(
      StatusRuntimeException error, String reason, String field, Map<String, String> metadata) {
    super(error.getStatus().withCause(error), error.getTrailers());
    this.reason = reason;
    this.field = field;
    this.metadata = Map.copyOf(metadata);
  }

  /**
   * Why it is refused.
   *
   * @return UNKNOWN_CALLER, RPC_NOT_ALLOWED, GRANT_NOT_ALLOWED, or that of a newer server
   */
  public String reason() {
    return reason;
  }

  /**
   * The input at fault.
   *
   * @return {@code authorization}, {@code permissions}, {@code userId} or {@code expiresIn}
   */
  public String field() {
    return field;
  }

  /**
   * Every variable part of the message, such as {@code permission}, by name.
   *
   * @return an immutable map
   */
  public Map<String, String> metadata() {
    return metadata == null ? Map.of() : metadata;
  }
}
