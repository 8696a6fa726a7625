package dev.securetoken;

import java.util.List;

/** A page of revocations, newest first. */
public final class RevocationPage {
  private final List<Revocation> revocations;
  private final String nextPageToken;

  RevocationPage(List<Revocation> revocations, String nextPageToken) {
    this.revocations = revocations;
    this.nextPageToken = nextPageToken;
  }

  /**
   * The page's entries.
   *
   * @return an immutable list
   */
  public List<Revocation> revocations() {
    return revocations;
  }

  /**
   * For the next page.
   *
   * @return the token; empty text on the last page
   */
  public String nextPageToken() {
    return nextPageToken;
  }

  /**
   * As {@link #revocations()}, for JSON and beans.
   *
   * @return the same
   */
  public List<Revocation> getRevocations() {
    return revocations();
  }

  /**
   * As {@link #nextPageToken()}, for JSON and beans.
   *
   * @return the same
   */
  public String getNextPageToken() {
    return nextPageToken();
  }

  @Override
  public String toString() {
    return "RevocationPage" + revocations;
  }
}
