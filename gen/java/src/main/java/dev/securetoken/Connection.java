package dev.securetoken;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.util.concurrent.atomic.AtomicLong;

/** What calls are made over, and what is done about it when they fail. */
final class Connection {
  private static final long RENEWED_EVERY_NANOS = 2_000_000_000;

  final Channel channel;

  /** Unset without an API key. */
  final KeySource keys;

  /** Unset where the application made the channel. */
  private final ManagedChannel own;

  private final AtomicLong renewedAt = new AtomicLong(System.nanoTime());

  Connection(Channel channel, KeySource keys, ManagedChannel own) {
    this.channel = channel;
    this.keys = keys;
    this.own = own;
  }

  boolean isClosed() {
    return own != null && own.isShutdown();
  }

  /** Connects again at once: gRPC's own backoff grows to two minutes. */
  void hurry() {
    if (own != null) {
      own.resetConnectBackoff();
    }
  }

  /**
   * Gives up connections on which nothing came back. Calls under way end on them; new ones connect
   * anew, and an address that accepts connections without a word gets no call.
   */
  void renew() {
    long now = System.nanoTime();
    long before = renewedAt.get();
    if (own != null
        && now - before >= RENEWED_EVERY_NANOS
        && renewedAt.compareAndSet(before, now)) {
      own.enterIdle();
    }
  }
}
