package dev.securetoken;

import dev.securetoken.v1.ListRevocationsRequest;

/** Which revocations are listed; immutable. */
public final class RevocationQuery {
  private static final RevocationQuery ALL =
      new RevocationQuery(ListRevocationsRequest.getDefaultInstance());

  final ListRevocationsRequest message;

  private RevocationQuery(ListRevocationsRequest message) {
    this.message = message;
  }

  /**
   * All, in pages of 100.
   *
   * @return the query
   */
  public static RevocationQuery all() {
    return ALL;
  }

  /**
   * Only the cut-offs of a user.
   *
   * @param userId whose
   * @return a new query
   */
  public RevocationQuery user(String userId) {
    return new RevocationQuery(message.toBuilder().setUserId(userId).build());
  }

  /**
   * Only the entry of a token.
   *
   * @param tokenId which
   * @return a new query
   */
  public RevocationQuery tokenId(String tokenId) {
    return new RevocationQuery(message.toBuilder().setTokenId(tokenId).build());
  }

  /**
   * How many entries a page has.
   *
   * @param size 0 to 1,000; 0 means 100
   * @return a new query
   */
  public RevocationQuery pageSize(int size) {
    return new RevocationQuery(message.toBuilder().setPageSize(size).build());
  }

  /**
   * Goes on after an earlier page of the same query.
   *
   * @param token {@link RevocationPage#nextPageToken()} of that page
   * @return a new query
   */
  public RevocationQuery pageToken(String token) {
    return new RevocationQuery(message.toBuilder().setPageToken(token).build());
  }
}
