package dev.securetoken;

import io.grpc.Context;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Single flight: concurrent first checks of one token are one call. */
final class Flights {
  private final Map<TokenDigest, CompletableFuture<ValidToken>> open = new ConcurrentHashMap<>();

  /**
   * The answer of the call that is under way, or of a new one, for one who waits. A new one is made outside the
   * request's own context: neither its deadline nor its end is that of the others.
   */
  CompletableFuture<ValidToken> join(
      TokenDigest digest, Supplier<CompletableFuture<ValidToken>> ask) {
    CompletableFuture<ValidToken> flight = new CompletableFuture<>();
    CompletableFuture<ValidToken> other = open.putIfAbsent(digest, flight);
    if (other != null) {
      return Waiters.one(other);
    }
    Context.ROOT.run(() -> begin(ask).whenComplete((token, error) -> end(digest, token, error)));
    return Waiters.one(flight);
  }

  private static CompletableFuture<ValidToken> begin(Supplier<CompletableFuture<ValidToken>> ask) {
    try {
      return ask.get();
    } catch (RuntimeException error) {
      return CompletableFuture.failedFuture(error);
    }
  }

  private void end(TokenDigest digest, ValidToken token, Throwable error) {
    CompletableFuture<ValidToken> flight = open.remove(digest);
    if (error == null) {
      flight.complete(token);
    } else {
      flight.completeExceptionally(error);
    }
  }
}
