package dev.securetoken;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import dev.securetoken.v1.ErrorReason;
import dev.securetoken.v1.TokenErrorDetail;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The details of an error of the service, turned back into one of the four exceptions. */
final class ErrorDetails {
  private static final Metadata.Key<byte[]> STATUS_DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final String ERROR_DOMAIN = "securetoken.v1";
  private static final String REASON_PREFIX = "ERROR_REASON_";

  private ErrorDetails() {}

  /**
   * One of the four exceptions where the error carries a {@code TokenErrorDetail}, else the error
   * itself. Neither the code nor the text decides: a refused credential of the caller's own has the
   * code of a refused token and must not be taken for one.
   */
  static RuntimeException fromStatusRuntimeException(StatusRuntimeException error) {
    Metadata trailers = error.getTrailers();
    byte[] details = trailers == null ? null : trailers.get(STATUS_DETAILS);
    if (details == null) {
      return error;
    }
    try {
      return fromDetails(com.google.rpc.Status.parseFrom(details), error);
    } catch (InvalidProtocolBufferException malformed) {
      return error;
    }
  }

  /** The same for the status of one answer among many. */
  static RuntimeException fromStatus(com.google.rpc.Status status) {
    return fromDetails(
        status,
        Status.fromCodeValue(status.getCode())
            .withDescription(status.getMessage())
            .asRuntimeException());
  }

  private static RuntimeException fromDetails(
      com.google.rpc.Status status, StatusRuntimeException error) {
    Optional<TokenErrorDetail> found = find(status, TokenErrorDetail.class, any -> true);
    if (found.isEmpty()) {
      return error;
    }
    TokenErrorDetail detail = found.get();
    String description = error.getStatus().getDescription();
    String message = description == null ? "" : description;
    TokenErrorFacts facts = toFacts(status, detail, error.getStatus().getCode());
    switch (detail.getKind()) {
      case TOKEN_ERROR_KIND_TOKEN_EXPIRED:
        Instant expiredAt = Times.toInstant(detail.getExpiredAt()).orElse(Instant.EPOCH);
        return new TokenExpiredError(message, facts, expiredAt, error);
      case TOKEN_ERROR_KIND_INVALID_TOKEN:
        return new InvalidTokenError(message, facts, error);
      case TOKEN_ERROR_KIND_PERMISSION_DENIED:
        return new PermissionDeniedError(message, facts, detail.getRequiredPermission(), error);
      default:
        return new TokenError(message, facts, error);
    }
  }

  private static TokenErrorFacts toFacts(
      com.google.rpc.Status status, TokenErrorDetail detail, Status.Code code) {
    ErrorInfo info =
        find(status, ErrorInfo.class, it -> it.getDomain().equals(ERROR_DOMAIN))
            .orElse(ErrorInfo.getDefaultInstance());
    Map<String, String> metadata = new HashMap<>(info.getMetadataMap());
    // The field has an accessor of its own.
    String named = metadata.remove("field");
    String field = detail.getField().isEmpty() && named != null ? named : detail.getField();
    return new TokenErrorFacts(toReason(detail, info), field, metadata, code);
  }

  /** ErrorInfo holds the reason as text, so that even one younger than this client has a name. */
  private static String toReason(TokenErrorDetail detail, ErrorInfo info) {
    ErrorReason known = detail.getReason();
    if (known != ErrorReason.UNRECOGNIZED && known != ErrorReason.ERROR_REASON_UNSPECIFIED) {
      return known.name().substring(REASON_PREFIX.length());
    }
    return info.getReason().startsWith(REASON_PREFIX)
        ? info.getReason().substring(REASON_PREFIX.length())
        : "UNSPECIFIED";
  }

  /** The first detail of a type that satisfies a condition. One that cannot be parsed is none. */
  private static <T extends Message> Optional<T> find(
      com.google.rpc.Status status, Class<T> type, Predicate<T> condition) {
    for (Any any : status.getDetailsList()) {
      try {
        if (any.is(type)) {
          T detail = any.unpack(type);
          if (condition.test(detail)) {
            return Optional.of(detail);
          }
        }
      } catch (InvalidProtocolBufferException malformed) {
        continue;
      }
    }
    return Optional.empty();
  }
}
