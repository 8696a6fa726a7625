package dev.securetoken;

import java.util.concurrent.CompletionException;

/** What futures wrap. */
final class Futures {
  private Futures() {}

  /** The error itself, without the future's wrapping. */
  static Throwable cause(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }
}
