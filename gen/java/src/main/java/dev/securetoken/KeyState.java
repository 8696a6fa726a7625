package dev.securetoken;

/** What a key is used for. */
public enum KeyState {
  /** A use that this client does not know, because the server is newer. */
  UNSPECIFIED,
  /** Decrypts; will become primary. */
  STAGED,
  /** Encrypts and decrypts. Exactly one key is primary. */
  PRIMARY,
  /** Decrypts; was primary. */
  SECONDARY
}
