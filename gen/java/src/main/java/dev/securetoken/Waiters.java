package dev.securetoken;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * Those who wait for one answer. What each chains to it runs in a thread of its own: a gRPC handler that
 * takes long, or that blocks, would else hold up all who wait for the same call.
 */
final class Waiters {
  private static final Executor THREADS =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "secure-token-answer");
            thread.setDaemon(true);
            return thread;
          });

  private Waiters() {}

  /** The same answer for one who waits. Its end, as by a timeout, is not that of the others. */
  static <T> CompletableFuture<T> one(CompletableFuture<T> shared) {
    return shared.whenCompleteAsync((answer, error) -> {}, THREADS);
  }
}
