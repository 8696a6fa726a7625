package dev.securetoken;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Names the ends of calls that are no fact about a token. */
final class CallErrors {
  private static final Metadata.Key<byte[]> STATUS_DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final String ERROR_DOMAIN = "securetoken.v1";
  private static final String REASON_PREFIX = "CALLER_ERROR_REASON_";

  private CallErrors() {}

  /** The named error that an error stands for, or the error itself. */
  static StatusRuntimeException named(StatusRuntimeException error) {
    ConnectionFault fault = ConnectionFault.of(error);
    if (fault != null) {
      return new ServiceUnavailableError(error, fault); // gRPC calls some of them INTERNAL
    }
    switch (error.getStatus().getCode()) {
      case UNAVAILABLE:
        return new ServiceUnavailableError(error, null);
      case UNKNOWN:
        return isLost(error) ? new ServiceUnavailableError(error, null) : error;
      case RESOURCE_EXHAUSTED:
        Optional<Duration> delay = retryDelay(error);
        return isBeyondRate(error) || delay.isPresent()
            ? new RateExceededError(error, delay.orElse(null))
            : error;
      case UNAUTHENTICATED:
      case PERMISSION_DENIED:
        return callerInfo(error).<StatusRuntimeException>map(it -> refused(error, it)).orElse(error);
      default:
        return error;
    }
  }

  private static CallerRefusedError refused(StatusRuntimeException error, ErrorInfo info) {
    Map<String, String> metadata = new HashMap<>(info.getMetadataMap());
    String field = metadata.remove("field");
    String reason = info.getReason().substring(REASON_PREFIX.length());
    return new CallerRefusedError(error, reason, field == null ? "" : FieldNames.own(field), metadata);
  }

  /** Whether this client makes more calls than it may, rather than the service having no room. */
  static boolean isBeyondRate(StatusRuntimeException error) {
    return error.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
        && callerInfo(error)
            .filter(it -> it.getReason().equals(REASON_PREFIX + "RATE_EXCEEDED"))
            .isPresent();
  }

  /** What the service says of a caller that it refuses. */
  static Optional<ErrorInfo> callerInfo(StatusRuntimeException error) {
    return detail(error, ErrorInfo.class)
        .filter(it -> it.getDomain().equals(ERROR_DOMAIN))
        .filter(it -> it.getReason().startsWith(REASON_PREFIX));
  }

  /** How long the service asks a client to wait. */
  static Optional<Duration> retryDelay(StatusRuntimeException error) {
    return detail(error, RetryInfo.class)
        .map(it -> Times.toDuration(it.getRetryDelay()))
        .filter(it -> !it.isNegative());
  }

  /** Whether a call that ended as UNKNOWN ended with its connection: grpc-java's "channel closed". */
  static boolean isLost(StatusRuntimeException error) {
    for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof ClosedChannelException) {
        return true;
      }
    }
    return false;
  }

  /** Whether no connection could be made, so that the service cannot have seen the call. */
  static boolean isNeverSent(StatusRuntimeException error) {
    if (error.getStatus().getCode() != Status.Code.UNAVAILABLE) {
      return false;
    }
    for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof java.net.ConnectException
          || cause instanceof java.net.UnknownHostException) {
        return true;
      }
    }
    return false;
  }

  private static <T extends Message> Optional<T> detail(
      StatusRuntimeException error, Class<T> type) {
    Metadata trailers = error.getTrailers();
    byte[] packed = trailers == null ? null : trailers.get(STATUS_DETAILS);
    if (packed == null) {
      return Optional.empty();
    }
    try {
      for (Any any : com.google.rpc.Status.parseFrom(packed).getDetailsList()) {
        if (any.is(type)) {
          return Optional.of(any.unpack(type));
        }
      }
    } catch (InvalidProtocolBufferException malformed) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
