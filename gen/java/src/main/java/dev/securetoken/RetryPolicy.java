package dev.securetoken;

import dev.securetoken.v1.TokenServiceGrpc;
import java.util.List;
import java.util.Map;

/**
 * gRPC's own retries, for UNAVAILABLE alone. RefreshToken is left out: with {@code revokeOld}, a
 * first attempt that succeeded and whose answer was lost would make the second one fail.
 */
final class RetryPolicy {
  private static final Map<String, Object> UNAVAILABLE =
      Map.of(
          "maxAttempts",
          3.0,
          "initialBackoff",
          "0.1s",
          "maxBackoff",
          "1s",
          "backoffMultiplier",
          2.0,
          "retryableStatusCodes",
          List.of("UNAVAILABLE"));

  private RetryPolicy() {}

  /** A service config; grpc/service_config/service_config.proto of gRPC describes it. */
  static Map<String, Object> serviceConfig() {
    Map<String, Object> everything = Map.of("service", TokenServiceGrpc.SERVICE_NAME);
    Map<String, Object> refresh =
        Map.of(
            "service",
            TokenServiceGrpc.SERVICE_NAME,
            "method",
            TokenServiceGrpc.getRefreshTokenMethod().getBareMethodName());
    return Map.of(
        "methodConfig",
        List.of(
            Map.of("name", List.of(everything), "retryPolicy", UNAVAILABLE),
            Map.of("name", List.of(refresh))));
  }
}
