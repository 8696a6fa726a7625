package dev.securetoken;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A process of its own, for {@link StoppedProcessTest}: it is stopped while it checks one token. Its
 * arguments are a server's address and the token. It says {@code hits} once it vouches for the token
 * without a call, and, after it was stopped, how often it accepted the token before it refused it 200
 * times.
 */
final class StoppedProcess {
  /** Nothing but a stop takes so long between two checks. */
  private static final long STOP_NANOS = Duration.ofSeconds(5).toNanos();

  private StoppedProcess() {}

  /** Runs it. */
  public static void main(String[] arguments) {
    try (SecureTokenClient client = SecureTokenClient.builder(arguments[0]).plaintext().build();
        WatchedVerifier verifier =
            WatchedVerifier.builder(client).maxStaleness(Duration.ofSeconds(5)).build()) {
      while (!verifier.state().isReady()) {
        LockSupport.parkNanos(1_000_000);
      }
      verifier.verify(arguments[1]);
      long last = System.nanoTime();
      System.out.println("hits");
      int accepted = 0;
      int refused = 0;
      boolean wasStopped = false;
      while (refused < 200) {
        long began = System.nanoTime();
        wasStopped |= began - last > STOP_NANOS;
        last = began;
        boolean isAccepted = isAccepted(verifier, arguments[1]);
        accepted += wasStopped && isAccepted ? 1 : 0;
        refused += wasStopped && !isAccepted ? 1 : 0;
      }
      System.out.println("accepted " + accepted);
    }
  }

  private static boolean isAccepted(WatchedVerifier verifier, String token) {
    try {
      verifier.verify(token);
      return true;
    } catch (InvalidTokenError revoked) {
      return false;
    }
  }
}
