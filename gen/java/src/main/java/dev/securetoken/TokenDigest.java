package dev.securetoken;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The SHA-256 of a token: what may be kept of it. */
final class TokenDigest {
  private final byte[] bytes;

  TokenDigest(String token) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      this.bytes = sha256.digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java platform has SHA-256", missing);
    }
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
