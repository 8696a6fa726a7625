package dev.securetoken;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The SHA-256 of a token: what may be kept of it. */
final class TokenDigest {
  private final byte[] bytes;

  TokenDigest(String token) {
    this.bytes = Digests.sha256(token.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenDigest && Arrays.equals(bytes, ((TokenDigest) other).bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
