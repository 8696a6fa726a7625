package dev.securetoken;

import java.time.Instant;
import java.util.Optional;

/** One entry of what is revoked. Exactly one of its targets is there. */
public final class Revocation {
  private final dev.securetoken.v1.Revocation message;

  Revocation(dev.securetoken.v1.Revocation message) {
    this.message = message;
  }

  /**
   * The token that is revoked.
   *
   * @return its id; empty for another kind of entry
   */
  public Optional<String> tokenId() {
    return message.hasTokenId() ? Optional.of(message.getTokenId()) : Optional.empty();
  }

  /**
   * The session whose tokens are revoked.
   *
   * @return its id; empty for another kind of entry
   */
  public Optional<String> sessionId() {
    return message.hasSessionId() ? Optional.of(message.getSessionId()) : Optional.empty();
  }

  /**
   * The user whose tokens are revoked.
   *
   * @return the SHA-256 of the user's id, 32 bytes; empty for another kind of entry
   */
  public Optional<byte[]> userIdSha256() {
    return message.hasUserIdSha256()
        ? Optional.of(message.getUserIdSha256().toByteArray())
        : Optional.empty();
  }

  /**
   * Whether every token is revoked whose session began up to the cut-off.
   *
   * @return whether it is that kind of entry
   */
  public boolean isEverything() {
    return message.getEverything();
  }

  /**
   * The cut-off: tokens whose session began at this instant or earlier are revoked.
   *
   * @return the instant; empty for a token or a session
   */
  public Optional<Instant> issuedBefore() {
    return message.hasIssuedBefore() ? Times.toInstant(message.getIssuedBefore()) : Optional.empty();
  }

  /**
   * When the entry may be forgotten: no token that it hits is valid after this instant.
   *
   * @return the instant; empty where it is not known
   */
  public Optional<Instant> expiresAt() {
    return message.hasExpiresAt() ? Times.toInstant(message.getExpiresAt()) : Optional.empty();
  }

  /**
   * When it was revoked.
   *
   * @return the instant
   */
  public Instant revokedAt() {
    return Answers.instant(message.hasRevokedAt(), message.getRevokedAt(), "revoked_at");
  }

  /**
   * Why, as the caller said.
   *
   * @return the reason; empty text where none was given
   */
  public String reason() {
    return message.getReason();
  }

  /**
   * As {@link #tokenId()}, for JSON and beans.
   *
   * @return the same; {@code null} where it is empty
   */
  public String getTokenId() {
    return tokenId().orElse(null);
  }

  /**
   * As {@link #sessionId()}, for JSON and beans.
   *
   * @return the same; {@code null} where it is empty
   */
  public String getSessionId() {
    return sessionId().orElse(null);
  }

  /**
   * As {@link #userIdSha256()}, for JSON and beans.
   *
   * @return the same; {@code null} where it is empty
   */
  public byte[] getUserIdSha256() {
    return userIdSha256().orElse(null);
  }

  /**
   * As {@link #issuedBefore()}, for JSON and beans.
   *
   * @return the same; {@code null} where it is empty
   */
  public Instant getIssuedBefore() {
    return issuedBefore().orElse(null);
  }

  /**
   * As {@link #expiresAt()}, for JSON and beans.
   *
   * @return the same; {@code null} where it is empty
   */
  public Instant getExpiresAt() {
    return expiresAt().orElse(null);
  }

  /**
   * As {@link #revokedAt()}, for JSON and beans.
   *
   * @return the same
   */
  public Instant getRevokedAt() {
    return revokedAt();
  }

  /**
   * As {@link #reason()}, for JSON and beans.
   *
   * @return the same
   */
  public String getReason() {
    return reason();
  }

  @Override
  public String toString() {
    return "Revocation[" + message.getTargetCase() + "]";
  }
}
