package dev.securetoken;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What an authentic token holds. Immutable; text of it shows neither token nor additional data. */
public class Claims {
  private final String tokenId;
  private final String userId;
  private final List<String> permissions;
  private final Instant issuedAt;
  private final Instant expiresAt;
  private final Map<String, Object> additionalData;
  private final String sessionId;
  private final String keyId;
  private final List<String> audiences;

  Claims(
      String tokenId,
      String userId,
      List<String> permissions,
      Instant issuedAt,
      Instant expiresAt,
      Map<String, Object> additionalData,
      String sessionId,
      String keyId,
      List<String> audiences) {
    this.tokenId = tokenId;
    this.userId = userId;
    this.permissions = List.copyOf(permissions);
    this.issuedAt = issuedAt;
    this.expiresAt = expiresAt;
    this.additionalData = additionalData;
    this.sessionId = sessionId;
    this.keyId = keyId;
    this.audiences = List.copyOf(audiences);
  }

  Claims(Claims claims) {
    this.tokenId = claims.tokenId;
    this.userId = claims.userId;
    this.permissions = claims.permissions;
    this.issuedAt = claims.issuedAt;
    this.expiresAt = claims.expiresAt;
    this.additionalData = claims.additionalData;
    this.sessionId = claims.sessionId;
    this.keyId = claims.keyId;
    this.audiences = claims.audiences;
  }

  /**
   * Identifies the token in logs and revocations.
   *
   * @return 32 characters, never secret
   */
  public final String tokenId() {
    return tokenId;
  }

  /**
   * Whom the token speaks for.
   *
   * @return the user
   */
  public final String userId() {
    return userId;
  }

  /**
   * What the token permits.
   *
   * @return an immutable list
   */
  public final List<String> permissions() {
    return permissions;
  }

  /**
   * Whether the token permits something.
   *
   * @param permission compared exactly, case included
   * @return whether it is among {@link #permissions()}
   */
  public final boolean hasPermission(String permission) {
    return permissions.contains(permission);
  }

  /**
   * When the token was issued.
   *
   * @return the instant, exact to the microsecond
   */
  public final Instant issuedAt() {
    return issuedAt;
  }

  /**
   * The last instant at which the token is valid.
   *
   * @return the instant, exact to the microsecond
   */
  public final Instant expiresAt() {
    return expiresAt;
  }

  /**
   * What else the token carries. Values are {@code null}, {@link Boolean}, {@link String}, {@link
   * List}, {@link Map}, and for numbers {@link Long} where they are whole and up to 2<sup>53</sup>
   * − 1, {@link java.math.BigInteger} for integers beyond it, {@link Double} for all others.
   *
   * @return an immutable map in the token's order
   */
  public final Map<String, Object> additionalData() {
    return additionalData;
  }

  /**
   * The session that the token belongs to. Refreshed tokens keep it.
   *
   * @return the token id of the session's first token
   */
  public final String sessionId() {
    return sessionId;
  }

  /**
   * The key that the token is made with; one of {@link ServiceConfig#keys()}.
   *
   * @return a fingerprint, never secret
   */
  public final String keyId() {
    return keyId;
  }

  /**
   * The services that the token is meant for.
   *
   * @return an immutable list; empty for a token that names none, which is refused wherever an
   *     audience is required
   */
  public final List<String> audiences() {
    return audiences;
  }

  /**
   * Whether the token is meant for a service.
   *
   * @param audience compared exactly, case included
   * @return whether it is among {@link #audiences()}
   */
  public final boolean hasAudience(String audience) {
    return audiences.contains(audience);
  }

  /**
   * As {@link #tokenId()}, for JSON and beans.
   *
   * @return the same
   */
  public final String getTokenId() {
    return tokenId();
  }

  /**
   * As {@link #userId()}, for JSON and beans.
   *
   * @return the same
   */
  public final String getUserId() {
    return userId();
  }

  /**
   * As {@link #permissions()}, for JSON and beans.
   *
   * @return the same
   */
  public final List<String> getPermissions() {
    return permissions();
  }

  /**
   * As {@link #issuedAt()}, for JSON and beans.
   *
   * @return the same
   */
  public final Instant getIssuedAt() {
    return issuedAt();
  }

  /**
   * As {@link #expiresAt()}, for JSON and beans.
   *
   * @return the same
   */
  public final Instant getExpiresAt() {
    return expiresAt();
  }

  /**
   * As {@link #additionalData()}, for JSON and beans.
   *
   * @return the same
   */
  public final Map<String, Object> getAdditionalData() {
    return additionalData();
  }

  /**
   * As {@link #sessionId()}, for JSON and beans.
   *
   * @return the same
   */
  public final String getSessionId() {
    return sessionId();
  }

  /**
   * As {@link #keyId()}, for JSON and beans.
   *
   * @return the same
   */
  public final String getKeyId() {
    return keyId();
  }

  /**
   * As {@link #audiences()}, for JSON and beans.
   *
   * @return the same
   */
  public final List<String> getAudiences() {
    return audiences();
  }

  /** Everything that makes two of them equal. */
  List<Object> parts() {
    return List.of(
        tokenId,
        userId,
        permissions,
        issuedAt,
        expiresAt,
        additionalData,
        sessionId,
        keyId,
        audiences);
  }

  @Override
  public final boolean equals(Object other) {
    return other != null
        && getClass() == other.getClass()
        && parts().equals(((Claims) other).parts());
  }

  @Override
  public final int hashCode() {
    return parts().hashCode();
  }

  @Override
  public final String toString() {
    return String.format(
        "%s[tokenId=%s, userId=%s, permissions=%s, issuedAt=%s, expiresAt=%s]",
        getClass().getSimpleName(), tokenId, userId, permissions, issuedAt, expiresAt);
  }
}
