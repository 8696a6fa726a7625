package dev.securetoken;

import com.sun.management.ThreadMXBean;
import dev.securetoken.testing.TokenServiceStandIn;
import dev.securetoken.v1.Revocation;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a hit costs in Java: CPU time and allocations of WatchedVerifier.verify, beside a call, and the
 * memory of kept answers and of revocations.
 *
 * <pre>
 * cd test/conformance/drivers/java && mvn -q package        # puts the package into target/lib
 * javac -cp 'target/lib/*' -d /tmp/hit ../../../../bench/watch/HitBench.java
 * java -cp '/tmp/hit:target/lib/*' dev.securetoken.HitBench
 * </pre>
 */
final class HitBench {
  private static final int HITS = 2_000_000;
  private static final int CALLS = 5_000;
  private static final int TOKENS = 100_000;
  private static final int REVOCATIONS = 1_000_000;
  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private HitBench() {}

  public static void main(String[] args) {
    System.out.println("java " + Runtime.version());
    try (TokenServiceStandIn service = new TokenServiceStandIn();
        SecureTokenClient client = SecureTokenClient.builder(service.address()).build();
        WatchedVerifier verifier = WatchedVerifier.of(client)) {
      String token = service.issue("user-1", "notes:read", "notes:write");
      while (!verifier.state().isReady()) {
        Thread.onSpinWait();
      }
      verifier.verify(token);
      measure("hit", HITS, () -> verifier.verify(token));
      measure("call", CALLS, () -> client.validateToken(token));
      answers(service, verifier);
    }
    revocations();
  }

  private static void measure(String name, int count, Runnable work) {
    double best = Double.MAX_VALUE;
    long bytes = 0;
    for (int round = 0; round < 5; round++) {
      long began = THREADS.getCurrentThreadCpuTime();
      long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      for (int i = 0; i < count; i++) {
        work.run();
      }
      bytes = (THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before) / count;
      best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - began) / 1e3 / count);
    }
    System.out.printf("%s: %.2f µs of the calling thread, %d bytes%n", name, best, bytes);
  }

  private static void answers(TokenServiceStandIn service, WatchedVerifier verifier) {
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < TOKENS; i++) {
      tokens.add(service.issue("user-" + i, Duration.ofHours(1), "notes:read", "notes:write"));
    }
    long before = used();
    List<CompletableFuture<ValidToken>> asked = new ArrayList<>();
    tokens.forEach(token -> asked.add(verifier.verifyAsync(token)));
    asked.forEach(CompletableFuture::join);
    asked.clear();
    System.out.printf(
        "an answer: %d bytes, as estimated %d%n",
        (used() - before) / TOKENS, verifier.state().bytes() / TOKENS);
  }

  private static void revocations() {
    long before = used();
    LiveSet live = new LiveSet();
    for (int i = 0; i < REVOCATIONS; i++) {
      Revocation.Builder entry = Revocation.newBuilder().setTokenId(String.format("%032d", i));
      entry.getExpiresAtBuilder().setSeconds(2_000_000_000L + i);
      live.add(List.of(entry.build()));
    }
    System.out.printf("a revocation: %d bytes%n", (used() - before) / live.size());
  }

  private static long used() {
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
