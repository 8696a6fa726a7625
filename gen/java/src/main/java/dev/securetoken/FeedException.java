package dev.securetoken;

/** The feed says what a server does not say: nothing that it told is trusted from then on. */
class FeedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FeedException(String message) {
    super(message);
  }
}
