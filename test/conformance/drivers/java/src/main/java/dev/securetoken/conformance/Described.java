package dev.securetoken.conformance;

import dev.securetoken.BatchResult;
import dev.securetoken.Claims;
import dev.securetoken.Introspection;
import dev.securetoken.IssuedToken;
import dev.securetoken.PermissionDeniedError;
import dev.securetoken.PermissionResult;
import dev.securetoken.ServiceConfig;
import dev.securetoken.TokenError;
import dev.securetoken.TokenExpiredError;
import dev.securetoken.TokenInfo;
import dev.securetoken.ValidToken;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the client gives, as the corpus spells it. */
final class Described {
  private Described() {}

  static Map<String, Object> error(TokenError error) {
    Map<String, Object> it = new HashMap<>();
    it.put("kind", error.kind().name());
    it.put("code", error.statusCode().name());
    it.put("reason", error.reason());
    it.put("field", error.field());
    it.put("message", error.getMessage());
    it.put("metadata", error.metadata());
    if (error instanceof TokenExpiredError) {
      it.put("expiredAt", ((TokenExpiredError) error).expiredAt().toString());
    }
    if (error instanceof PermissionDeniedError) {
      it.put("requiredPermission", ((PermissionDeniedError) error).requiredPermission());
    }
    return it;
  }

  static Map<String, Object> issued(IssuedToken token) {
    Map<String, Object> it = claims(token);
    it.put("token", token.token());
    if (token.clamped()) {
      it.put("clamped", true);
    }
    return it;
  }

  static Map<String, Object> validated(ValidToken token) {
    Map<String, Object> it = valid(token);
    it.put("valid", true);
    return it;
  }

  private static Map<String, Object> valid(ValidToken token) {
    Map<String, Object> it = timed(token, token.timeRemaining(), token.timeRemainingText());
    it.put("sessionStartedAt", token.sessionStartedAt().toString());
    token.checkedAudience().ifPresent(audience -> it.put("checkedAudience", audience));
    return it;
  }

  static Map<String, Object> info(TokenInfo token) {
    Map<String, Object> it = validated(token);
    it.put("createdAt", token.createdAt().toString());
    it.put("isRevoked", token.isRevoked());
    return it;
  }

  static Map<String, Object> introspection(Introspection found) {
    Map<String, Object> it = new HashMap<>();
    it.put("state", "TOKEN_STATE_" + found.state().name());
    found.keyId().ifPresent(keyId -> it.put("keyId", keyId));
    found
        .claims()
        .map(
            claims ->
                timed(
                    claims,
                    found.timeRemaining().orElseThrow(),
                    found.timeRemainingText().orElseThrow()))
        .ifPresent(claims -> it.put("claims", claims));
    return it;
  }

  static Map<String, Object> checked(List<PermissionResult> results) {
    return Map.of(
        "results",
        results.stream()
            .map(it -> Map.of("permission", it.permission(), "granted", it.granted()))
            .collect(Collectors.toList()));
  }

  static Map<String, Object> batch(List<BatchResult> results) {
    return Map.of(
        "results", results.stream().map(Described::batchResult).collect(Collectors.toList()));
  }

  private static Map<String, Object> batchResult(BatchResult result) {
    return result
        .token()
        .map(token -> Map.<String, Object>of("claims", valid(token)))
        .orElseGet(() -> Map.of("error", error(result.error().orElseThrow())));
  }

  static Map<String, Object> config(ServiceConfig config) {
    return Map.of(
        "algorithm", config.algorithm(),
        "version", config.version(),
        "iterations", config.iterations(),
        "salt", Base64.getEncoder().encodeToString(config.salt()),
        "defaultExpiresIn", seconds(config.defaultExpiresIn()),
        "serverVersion", config.serverVersion(),
        "caller", config.caller(),
        "callerRpcs", config.callerRpcs(),
        "keys",
            config.keys().stream()
                .map(it -> Map.of("keyId", it.keyId(), "state", "KEY_STATE_" + it.state().name()))
                .collect(Collectors.toList()));
  }

  private static Map<String, Object> timed(Claims claims, Duration remaining, String text) {
    Map<String, Object> it = claims(claims);
    it.put("timeRemaining", seconds(remaining));
    it.put("timeRemainingText", text);
    return it;
  }

  private static Map<String, Object> claims(Claims claims) {
    Map<String, Object> it = new HashMap<>();
    it.put("tokenId", claims.tokenId());
    it.put("userId", claims.userId());
    it.put("permissions", claims.permissions());
    it.put("issuedAt", claims.issuedAt().toString());
    it.put("expiresAt", claims.expiresAt().toString());
    it.put("additionalData", claims.additionalData());
    it.put("sessionId", claims.sessionId());
    it.put("keyId", claims.keyId());
    it.put("audiences", claims.audiences());
    return it;
  }

  /** protojson's {@code "3599.999999s"}. */
  private static String seconds(Duration duration) {
    BigDecimal nanos = BigDecimal.valueOf(duration.getNano(), 9);
    return BigDecimal.valueOf(duration.getSeconds()).add(nanos).toPlainString() + "s";
  }
}
