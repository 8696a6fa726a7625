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

  /** Where plaintext goes to; unset with TLS, and for targets of gRPC's own. */
  private final Target plaintext;

  /** When connections were given up last; far enough back that the first silence gives them up at once. */
  private final AtomicLong renewedAt = new AtomicLong(System.nanoTime() - RENEWED_EVERY_NANOS);

  Connection(Channel channel, KeySource keys, ManagedChannel own, Target plaintext) {
    this.channel = channel;
    this.keys = keys;
    this.own = own;
    this.plaintext = plaintext;
  }

  boolean isClosed() {
    return own != null && own.isShutdown();
  }

  /** Whether the server closed a plaintext connection because it speaks TLS. */
  boolean wantsTls(String description) {
    return plaintext != null
        && plaintext.host != null
        && TlsProbe.isUnclear(description)
        && TlsProbe.speaksTls(plaintext);
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
