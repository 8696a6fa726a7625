package dev.securetoken;

import java.util.Objects;

/** Names a key without giving any of it away. */
public final class KeyInfo {
  private final String keyId;
  private final KeyState state;

  KeyInfo(String keyId, KeyState state) {
    this.keyId = keyId;
    this.state = state;
  }

  /**
   * A one-way fingerprint of the key.
   *
   * @return 16 hexadecimal digits
   */
  public String keyId() {
    return keyId;
  }

  /**
   * What the key is used for.
   *
   * @return the state
   */
  public KeyState state() {
    return state;
  }

  /**
   * As {@link #keyId()}, for JSON and beans.
   *
   * @return the same
   */
  public String getKeyId() {
    return keyId();
  }

  /**
   * As {@link #state()}, for JSON and beans.
   *
   * @return the same
   */
  public KeyState getState() {
    return state();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyInfo
        && keyId.equals(((KeyInfo) other).keyId)
        && state == ((KeyInfo) other).state;
  }

  @Override
  public int hashCode() {
    return Objects.hash(keyId, state);
  }

  @Override
  public String toString() {
    return keyId + "=" + state;
  }
}
