package dev.securetoken;

/** More revocations are in force than a verifier holds. */
final class TooManyRevocationsException extends FeedException {
  private static final long serialVersionUID = 1;

  TooManyRevocationsException(int held) {
    super(held + " revocations are in force");
  }
}
