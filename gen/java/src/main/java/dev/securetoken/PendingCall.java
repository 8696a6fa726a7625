package dev.securetoken;

import io.grpc.MethodDescriptor;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** A call without waiting: the future of its result, and the hook, which is told before whoever waits. */
final class PendingCall<T> {
  final CompletableFuture<T> future = new CompletableFuture<>();
  private final CallHook hook;
  private final MethodDescriptor<?, ?> method;
  private final long began = System.nanoTime();
  private final AtomicBoolean isTold = new AtomicBoolean();

  PendingCall(CallHook hook, MethodDescriptor<?, ?> method) {
    this.hook = hook;
    this.method = method;
    // Who waited has given up, by cancel or orTimeout: an answer is told before it ends the future.
    future.whenComplete((result, error) -> tell(new CancellationException()));
  }

  /** Ends with what is read of an answer. */
  void succeed(Supplier<T> result) {
    tell(null);
    try {
      future.complete(result.get());
    } catch (RuntimeException malformed) {
      future.completeExceptionally(malformed);
    }
  }

  void fail(Throwable error) {
    tell(error);
    future.completeExceptionally(error);
  }

  private void tell(Throwable error) {
    if (isTold.compareAndSet(false, true)) {
      hook.tell(method, began, error);
    }
  }
}
