package dev.securetoken.grpc;

import io.grpc.ServerCall;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/** Keeps a call's events until it is known who listens, and then hands them on in their order. */
final class PendingCall<Q> extends ServerCall.Listener<Q> {
  private final Queue<Runnable> early = new ArrayDeque<>();
  private ServerCall.Listener<Q> listener;

  /** Once true, no event is kept any more. */
  private boolean caughtUp;

  /** Starts the call and hands on what came before. */
  void resume(Supplier<ServerCall.Listener<Q>> start) {
    ServerCall.Listener<Q> started = start.get();
    synchronized (this) {
      listener = started;
    }
    for (Runnable event = nextEarly(); event != null; event = nextEarly()) {
      event.run();
    }
  }

  private synchronized Runnable nextEarly() {
    Runnable event = early.poll();
    caughtUp = event == null;
    return event;
  }

  /** A listener must never meet two events at once: while old ones are handed on, new ones wait. */
  private void deliver(Runnable event) {
    synchronized (this) {
      if (!caughtUp) {
        early.add(event);
        return;
      }
    }
    event.run();
  }

  @Override
  public void onMessage(Q message) {
    deliver(() -> listener.onMessage(message));
  }

  @Override
  public void onHalfClose() {
    deliver(() -> listener.onHalfClose());
  }

  @Override
  public void onCancel() {
    deliver(() -> listener.onCancel());
  }

  @Override
  public void onComplete() {
    deliver(() -> listener.onComplete());
  }

  @Override
  public void onReady() {
    deliver(() -> listener.onReady());
  }
}
