package dev.securetoken.testing;

import com.google.protobuf.Duration;
import dev.securetoken.v1.Revocation;
import dev.securetoken.v1.WatchRevocationsResponse;
import dev.securetoken.v1.WatchRevocationsResponse.Changes;
import dev.securetoken.v1.WatchRevocationsResponse.Checkpoint;
import dev.securetoken.v1.WatchRevocationsResponse.SnapshotPage;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Those who watch a stand-in: a snapshot for each, then changes, and a checkpoint every second. */
final class Feeds implements AutoCloseable {
  private final Tokens tokens;

  /** How many revocations each has been told. */
  private final Map<StreamObserver<WatchRevocationsResponse>, Integer> told = new HashMap<>();

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "token-stand-in");
            thread.setDaemon(true);
            return thread;
          });

  Feeds(Tokens tokens) {
    this.tokens = tokens;
    clock.scheduleAtFixedRate(this::changed, 1, 1, TimeUnit.SECONDS);
  }

  synchronized void add(StreamObserver<WatchRevocationsResponse> observer) {
    ((ServerCallStreamObserver<WatchRevocationsResponse>) observer)
        .setOnCancelHandler(() -> remove(observer));
    List<Revocation> known = tokens.revocations();
    SnapshotPage page =
        SnapshotPage.newBuilder().addAllRevocations(known).setFirst(true).setLast(true).build();
    observer.onNext(WatchRevocationsResponse.newBuilder().setSnapshot(page).build());
    told.put(observer, known.size());
    tell(observer);
  }

  private synchronized void remove(StreamObserver<WatchRevocationsResponse> observer) {
    told.remove(observer);
  }

  /** Tells all who watch what they do not know yet, and that this is all. */
  synchronized void changed() {
    List.copyOf(told.keySet()).forEach(this::tell);
  }

  private void tell(StreamObserver<WatchRevocationsResponse> observer) {
    List<Revocation> all = tokens.revocations();
    List<Revocation> news = all.subList(told.get(observer), all.size());
    if (!news.isEmpty()) {
      Changes changes = Changes.newBuilder().addAllRevocations(news).build();
      observer.onNext(WatchRevocationsResponse.newBuilder().setChanges(changes).build());
      told.put(observer, all.size());
    }
    Checkpoint checkpoint =
        Checkpoint.newBuilder()
            .setStaleness(Duration.getDefaultInstance())
            .addKeyIds(Tokens.KEY_ID)
            .build();
    observer.onNext(WatchRevocationsResponse.newBuilder().setCheckpoint(checkpoint).build());
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
