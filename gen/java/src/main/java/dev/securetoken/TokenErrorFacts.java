package dev.securetoken;

import io.grpc.Status;
import java.io.Serializable;
import java.util.Map;

/** What every one of the four exceptions tells beside its message. */
final class TokenErrorFacts implements Serializable {
  private static final long serialVersionUID = 1L;

  final String reason;
  final String field;

  /** Typed so that it can be serialized; {@code Map.copyOf} makes it so. */
  final Map<String, String> metadata;

  final Status.Code statusCode;

  TokenErrorFacts(
      String reason, String field, Map<String, String> metadata, Status.Code statusCode) {
    this.reason = reason;
    this.field = FieldNames.own(field);
    this.metadata = Map.copyOf(metadata);
    this.statusCode = statusCode;
  }
}
