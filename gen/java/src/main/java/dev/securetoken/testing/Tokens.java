package dev.securetoken.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.securetoken.v1.Revocation;
import dev.securetoken.v1.RevocationOutcome;
import dev.securetoken.v1.RevocationTarget;
import dev.securetoken.v1.TokenClaims;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a stand-in has issued and revoked: no cryptography, plain maps. */
final class Tokens {
  static final String KEY_ID = "stand-in-key-id0";

  private static final Duration LONGEST_LIFE = Duration.ofHours(8760);

  /** As long as the service's tokens are. */
  private static final int TOKEN_BYTES = 180;

  private static final int ID_BYTES = 24;

  private final SecureRandom random = new SecureRandom();
  private final Map<String, TokenClaims> issued = new HashMap<>();
  private final List<Revocation> revocations = new ArrayList<>();
  private Duration ahead = Duration.ZERO;

  /** A new token. The claims name user, permissions, additional data, audiences, and session unless it is new. */
  synchronized String issue(TokenClaims.Builder claims, Duration lifetime) {
    String tokenId = random(ID_BYTES);
    String token = "stand-in." + random(TOKEN_BYTES);
    Instant now = now();
    claims
        .setTokenId(tokenId)
        .setIssuedAt(timestamp(now))
        .setExpiresAt(timestamp(now.plus(lifetime)))
        .setKeyId(KEY_ID);
    if (claims.getSessionId().isEmpty()) {
      claims.setSessionId(tokenId).setSessionStartedAt(timestamp(now));
    }
    issued.put(token, claims.build());
    return token;
  }

  synchronized void advance(Duration length) {
    ahead = ahead.plus(length);
  }

  synchronized void expire(String token) {
    TokenClaims claims = issued.get(token);
    if (claims == null) {
      throw new IllegalArgumentException("the token was not issued here");
    }
    issued.put(token, claims.toBuilder().setExpiresAt(timestamp(now().minusSeconds(1))).build());
  }

  /** An issued token with the time that remains; {@code null} for any other text. */
  synchronized TokenClaims find(String token) {
    TokenClaims claims = issued.get(token);
    if (claims == null) {
      return null;
    }
    Duration rest = Duration.between(now(), instant(claims.getExpiresAt()));
    Duration shown = rest.isNegative() ? Duration.ZERO : rest;
    return claims.toBuilder()
        .setTimeRemaining(
            com.google.protobuf.Duration.newBuilder()
                .setSeconds(shown.getSeconds())
                .setNanos(shown.getNano()))
        .build();
  }

  synchronized boolean isExpired(TokenClaims claims) {
    return now().isAfter(instant(claims.getExpiresAt()));
  }

  synchronized boolean isRevoked(TokenClaims claims) {
    return revocations.stream().anyMatch(entry -> hits(entry, claims));
  }

  /** A valid token's claims; the empty audience requires none. Throws {@link Refusal}. */
  TokenClaims validate(String token, String audience) {
    TokenClaims claims = find(token);
    if (claims == null) {
      throw Refusal.malformed();
    }
    if (isExpired(claims)) {
      throw Refusal.expired(claims.getExpiresAt());
    }
    if (isRevoked(claims)) {
      throw Refusal.revoked();
    }
    if (!audience.isEmpty() && !claims.getAudiencesList().contains(audience)) {
      throw Refusal.notFor(audience);
    }
    return claims.toBuilder().setCheckedAudience(audience).build();
  }

  synchronized List<Revocation> revocations() {
    return List.copyOf(revocations);
  }

  synchronized RevocationOutcome revoke(RevocationTarget target, String reason) {
    Timestamp now = timestamp(now());
    Revocation.Builder entry =
        Revocation.newBuilder()
            .setRevokedAt(now)
            .setReason(reason)
            .setExpiresAt(timestamp(now().plus(LONGEST_LIFE)));
    switch (target.getTargetCase()) {
      case TOKEN:
        TokenClaims claims = find(target.getToken());
        if (claims == null) {
          return RevocationOutcome.REVOCATION_OUTCOME_NOT_AUTHENTIC;
        }
        if (isExpired(claims)) {
          return RevocationOutcome.REVOCATION_OUTCOME_ALREADY_EXPIRED;
        }
        entry.setTokenId(claims.getTokenId());
        break;
      case TOKEN_ID:
        entry.setTokenId(target.getTokenId().getTokenId());
        break;
      case SESSION_ID:
        entry.setSessionId(target.getSessionId());
        break;
      case USER:
        entry.setUserIdSha256(digest(target.getUser().getUserId()));
        boolean isGiven = target.getUser().hasIssuedBefore();
        entry.setIssuedBefore(isGiven ? target.getUser().getIssuedBefore() : now);
        break;
      case EVERYTHING_ISSUED_BEFORE:
        entry.setEverything(true).setIssuedBefore(target.getEverythingIssuedBefore());
        break;
      default:
        throw Refusal.noTarget();
    }
    revocations.add(entry.build());
    return RevocationOutcome.REVOCATION_OUTCOME_REVOKED;
  }

  private static boolean hits(Revocation entry, TokenClaims claims) {
    switch (entry.getTargetCase()) {
      case TOKEN_ID:
        return entry.getTokenId().equals(claims.getTokenId());
      case SESSION_ID:
        return entry.getSessionId().equals(claims.getSessionId());
      case USER_ID_SHA256:
        return entry.getUserIdSha256().equals(digest(claims.getUserId())) && isCutOff(entry, claims);
      default:
        return isCutOff(entry, claims);
    }
  }

  private static boolean isCutOff(Revocation entry, TokenClaims claims) {
    return !instant(claims.getSessionStartedAt()).isAfter(instant(entry.getIssuedBefore()));
  }

  private String random(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MICROS).plus(ahead);
  }

  private static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  private static ByteString digest(String userId) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return ByteString.copyFrom(sha256.digest(userId.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java platform has SHA-256", missing);
    }
  }
}
