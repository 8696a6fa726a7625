package dev.securetoken;

import dev.securetoken.v1.TokenIdTarget;
import dev.securetoken.v1.UserTarget;
import java.time.Instant;

/** What is revoked: a token, the tokens of a session or of a user, or all of them. */
public final class RevocationTarget {
  final dev.securetoken.v1.RevocationTarget message;

  private RevocationTarget(dev.securetoken.v1.RevocationTarget.Builder message) {
    this.message = message.build();
  }

  private static dev.securetoken.v1.RevocationTarget.Builder target() {
    return dev.securetoken.v1.RevocationTarget.newBuilder();
  }

  /**
   * A token, itself: it must be authentic.
   *
   * @param token the token
   * @return the target
   */
  public static RevocationTarget token(String token) {
    return new RevocationTarget(target().setToken(Requests.anyToken(token)));
  }

  /**
   * A token by its id, authentic or not.
   *
   * @param tokenId as in the answers about the token
   * @return the target; its entry is kept for 8,760 hours
   */
  public static RevocationTarget tokenId(String tokenId) {
    return tokenId(tokenId, null);
  }

  /**
   * A token by its id, authentic or not.
   *
   * @param tokenId as in the answers about the token
   * @param expiresAt the token's expiry, after which the entry is forgotten; {@code null}: unknown
   * @return the target
   */
  public static RevocationTarget tokenId(String tokenId, Instant expiresAt) {
    TokenIdTarget.Builder named = TokenIdTarget.newBuilder().setTokenId(tokenId);
    if (expiresAt != null) {
      named.setExpiresAt(Times.toTimestamp(expiresAt));
    }
    return new RevocationTarget(target().setTokenId(named));
  }

  /**
   * Every token of a session that is issued before the answer.
   *
   * @param sessionId as in the answers about its tokens
   * @return the target
   */
  public static RevocationTarget session(String sessionId) {
    return new RevocationTarget(target().setSessionId(sessionId));
  }

  /**
   * Every token of a user's sessions that began up to the server's present.
   *
   * @param userId whose tokens
   * @return the target
   */
  public static RevocationTarget user(String userId) {
    return user(userId, null);
  }

  /**
   * Every token of a user's sessions that began up to an instant.
   *
   * @param userId whose tokens
   * @param issuedBefore that instant, not in the future; {@code null}: the server's present
   * @return the target
   */
  public static RevocationTarget user(String userId, Instant issuedBefore) {
    UserTarget.Builder named = UserTarget.newBuilder().setUserId(userId);
    if (issuedBefore != null) {
      named.setIssuedBefore(Times.toTimestamp(issuedBefore));
    }
    return new RevocationTarget(target().setUser(named));
  }

  /**
   * Every token of sessions that began up to an instant, whoever's they are.
   *
   * @param issuedBefore that instant, not in the future
   * @return the target
   */
  public static RevocationTarget everything(Instant issuedBefore) {
    return new RevocationTarget(
        target().setEverythingIssuedBefore(Times.toTimestamp(issuedBefore)));
  }

  /** Its kind alone: a target may be a token. */
  @Override
  public String toString() {
    return "RevocationTarget[" + message.getTargetCase() + "]";
  }
}
