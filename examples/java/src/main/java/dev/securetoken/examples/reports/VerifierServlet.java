package dev.securetoken.examples.reports;

import dev.securetoken.WatchListener;
import dev.securetoken.WatchState;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Tells what the verifier has done: how many requests needed no call, and how old its knowledge is. */
public final class VerifierServlet extends HttpServlet {
  private final transient Supplier<WatchState> state;
  private final transient Counts counts;

  /** Counts the requests that needed no call, and those that asked the token service. */
  static final class Counts implements WatchListener {
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    @Override
    public void hit() {
      hits.increment();
    }

    @Override
    public void miss() {
      misses.increment();
    }
  }

  VerifierServlet(Supplier<WatchState> state, Counts counts) {
    this.state = state;
    this.counts = counts;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    WatchState now = state.get();
    String staleness = now.staleness().map(Duration::toMillis).map(String::valueOf).orElse("null");
    response.setContentType("application/json");
    response
        .getWriter()
        .printf(
            "{\"hits\":%d,\"misses\":%d,\"stalenessMs\":%s,\"revocations\":%d}%n",
            counts.hits.sum(), counts.misses.sum(), staleness, now.revocations());
  }
}
