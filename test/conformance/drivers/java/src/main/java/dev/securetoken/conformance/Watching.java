package dev.securetoken.conformance;

import dev.securetoken.SecureTokenClient;
import dev.securetoken.TokenError;
import dev.securetoken.ValidToken;
import dev.securetoken.WatchListener;
import dev.securetoken.WatchState;
import dev.securetoken.WatchedVerifier;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Scripts of watched verification: one verifier at a time, on clocks that the runner sets. */
final class Watching {
  private final StillClock clock = new StillClock();
  private SecureTokenClient client;
  private WatchedVerifier verifier;
  private List<CompletableFuture<String>> begun = new ArrayList<>();
  private Told told = new Told(false);

  /** Does what a line asks for, over a client of the script's own. */
  Map<String, Object> perform(Members asked, Members connection) throws IOException {
    switch (asked.text("op")) {
      case "open":
        open(asked, Clients.connect(connection));
        return Map.of();
      case "advance":
        clock.advance(millis(asked, "monotonicMs"), millis(asked, "wallMs"));
        return Map.of();
      case "verify":
        return outcomes(begin(tokens(asked), asked.text("permission")));
      case "verifyMany":
        return outcomes(begin(asked.texts("tokens"), null));
      case "begin":
        begun.addAll(begin(tokens(asked), asked.text("permission")));
        return Map.of();
      case "collect":
        List<CompletableFuture<String>> collected = begun;
        begun = new ArrayList<>();
        return outcomes(collected);
      case "state":
        return state(verifier.state());
      case "told":
        return Map.of("events", List.copyOf(told.events));
      default:
        verifier.close();
        client.close();
        return Map.of();
    }
  }

  private void open(Members asked, SecureTokenClient made) {
    client = made;
    clock.advance(0, millis(asked, "wallMs") - clock.wallMillis());
    told = new Told(Boolean.TRUE.equals(asked.get("failingHooks")));
    verifier =
        WatchedVerifier.builder(client)
            .maxStaleness(Duration.ofMillis(millis(asked, "maxStalenessMs")))
            .maxEntries((int) millis(asked, "maxEntries"))
            .clocks(clock::nanos, clock::wallMillisThen)
            .listener(told)
            .build();
  }

  private List<CompletableFuture<String>> begin(List<String> tokens, String permission) {
    return tokens.stream()
        .map(
            token ->
                permission == null
                    ? verifier.verifyAsync(token)
                    : verifier.verifyAsync(token, permission))
        .map(verified -> verified.handle(Watching::outcome))
        .collect(Collectors.toList());
  }

  private static String outcome(ValidToken claims, Throwable failure) {
    Throwable error = failure instanceof CompletionException ? failure.getCause() : failure;
    if (error == null) {
      return "VALID";
    }
    return error instanceof TokenError
        ? ((TokenError) error).reason()
        : ((StatusRuntimeException) error).getStatus().getCode().name();
  }

  private static Map<String, Object> outcomes(List<CompletableFuture<String>> begun) {
    return Map.of(
        "outcomes", begun.stream().map(CompletableFuture::join).collect(Collectors.toList()));
  }

  private static Map<String, Object> state(WatchState state) {
    Map<String, Object> told = new HashMap<>();
    told.put("ready", state.isReady());
    told.put("stalenessMs", state.staleness().map(Duration::toMillis).orElse(null));
    told.put("live", state.revocations());
    told.put("entries", state.entries());
    told.put("permitted", state.isPermitted());
    return told;
  }

  private static List<String> tokens(Members asked) {
    int count = asked.has("count") ? (int) millis(asked, "count") : 1;
    return Collections.nCopies(count, asked.text("token"));
  }

  private static long millis(Members asked, String name) {
    return ((Number) asked.get(name)).longValue();
  }

  /** What a verifier has told, in order. */
  private static final class Told implements WatchListener {
    final List<String> events = new CopyOnWriteArrayList<>();
    private final boolean fails;

    Told(boolean fails) {
      this.fails = fails;
    }

    private void add(String event) {
      events.add(event);
      if (fails) {
        throw new LinkageError("a listener that fails");
      }
    }

    @Override
    public void hit() {
      add("hit");
    }

    @Override
    public void miss() {
      add("miss");
    }

    @Override
    public void refused(String reason) {
      add("refused " + reason);
    }

    @Override
    public void stale(Duration age) {
      add("stale");
    }

    @Override
    public void connected() {
      add("connected");
    }

    @Override
    public void disconnected(Throwable cause) {
      add("disconnected");
    }

    @Override
    public void notWatched(Throwable cause) {
      add("not-watched");
    }
  }
}
