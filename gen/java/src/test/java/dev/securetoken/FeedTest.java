package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Duration;
import dev.securetoken.v1.TokenServiceGrpc;
import dev.securetoken.v1.WatchRevocationsRequest;
import dev.securetoken.v1.WatchRevocationsResponse;
import dev.securetoken.v1.WatchRevocationsResponse.Checkpoint;
import dev.securetoken.v1.WatchRevocationsResponse.SnapshotPage;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a feed is opened again, and who is told. */
@Timeout(60)
class FeedTest {
  private static final long SECOND = 1_000_000_000;

  private final AtomicLong nanos = new AtomicLong();
  private final BlockingQueue<String> cursors = new LinkedBlockingQueue<>();
  private final BlockingQueue<StreamObserver<WatchRevocationsResponse>> streams =
      new LinkedBlockingQueue<>();
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private Server server;
  private ManagedChannel channel;
  private WatchedVerifier verifier;

  @BeforeEach
  void watch() throws IOException {
    String name = InProcessServerBuilder.generateName();
    server = InProcessServerBuilder.forName(name).addService(new Scripted()).build().start();
    channel = InProcessChannelBuilder.forName(name).build();
    verifier =
        WatchedVerifier.builder(SecureTokenClient.builder(channel).build())
            .maxStaleness(java.time.Duration.ofSeconds(5))
            .clocks(nanos::get, () -> 0)
            .listener(new Heard())
            .build();
  }

  @AfterEach
  void end() {
    verifier.close();
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void aFeedThatWasGivenIsNotRefusedButOpenedAgain() throws InterruptedException {
    StreamObserver<WatchRevocationsResponse> feed = next("");
    for (Status code : List.of(Status.PERMISSION_DENIED, Status.UNAUTHENTICATED)) {
      feed.onNext(snapshot());
      feed.onNext(checkpoint("c1"));
      await("connected");
      nanos.addAndGet(SECOND);
      feed.onError(code.asRuntimeException());
      feed = next("c1");
      await("disconnected");
      assertTrue(verifier.state().isReady() && verifier.state().isPermitted());
    }
    feed.onError(Status.PERMISSION_DENIED.asRuntimeException());
    await("not watched");
    assertFalse(verifier.state().isReady() || verifier.state().isPermitted());
  }

  @Test
  void aLateFeedIsOpenedAgain() throws InterruptedException {
    StreamObserver<WatchRevocationsResponse> feed = next("");
    nanos.addAndGet(5 * SECOND / 2);
    feed.onNext(snapshot());
    feed.onNext(checkpoint("c1", 0)); // half of the bound is not late
    await("connected");
    nanos.addAndGet(1);
    feed.onNext(checkpoint("c2", 0));
    next("c2");
    await("disconnected");
    assertEquals(5 * SECOND / 2 + 1, verifier.state().staleness().orElseThrow().toNanos());
  }

  @Test
  void aFeedOfFiveMinutesIsOpenedAgainAndNobodyIsTold() throws InterruptedException {
    StreamObserver<WatchRevocationsResponse> feed = next("");
    feed.onNext(snapshot());
    nanos.addAndGet(300 * SECOND);
    feed.onNext(checkpoint("c1", 300));
    await("connected");
    nanos.addAndGet(1);
    feed.onNext(checkpoint("c2", 300));
    feed = next("c2");
    feed.onNext(checkpoint("c3", 0));
    feed.onError(Status.UNAVAILABLE.asRuntimeException());
    next("c3");
    await("disconnected");
    assertNull(told.poll());
  }

  /** The stream that is opened next, at a cursor. */
  private StreamObserver<WatchRevocationsResponse> next(String cursor) throws InterruptedException {
    assertEquals(cursor, cursors.poll(30, TimeUnit.SECONDS));
    return streams.take();
  }

  private void await(String event) throws InterruptedException {
    assertEquals(event, told.poll(30, TimeUnit.SECONDS));
  }

  private static WatchRevocationsResponse snapshot() {
    return WatchRevocationsResponse.newBuilder()
        .setSnapshot(SnapshotPage.newBuilder().setFirst(true).setLast(true))
        .build();
  }

  private static WatchRevocationsResponse checkpoint(String cursor, long uptime) {
    WatchRevocationsResponse.Builder event = checkpoint(cursor).toBuilder();
    event.getCheckpointBuilder().setUptime(Duration.newBuilder().setSeconds(uptime));
    return event.build();
  }

  private static WatchRevocationsResponse checkpoint(String cursor) {
    return WatchRevocationsResponse.newBuilder()
        .setCheckpoint(
            Checkpoint.newBuilder()
                .setCursor(cursor)
                .setStaleness(Duration.getDefaultInstance()))
        .build();
  }

  private final class Scripted extends TokenServiceGrpc.TokenServiceImplBase {
    @Override
    public void watchRevocations(
        WatchRevocationsRequest request, StreamObserver<WatchRevocationsResponse> stream) {
      cursors.add(request.getCursor());
      streams.add(stream);
    }
  }

  private final class Heard implements WatchListener {
    @Override
    public void connected() {
      told.add("connected");
    }

    @Override
    public void disconnected(Throwable cause) {
      told.add("disconnected");
    }

    @Override
    public void notWatched(Throwable cause) {
      told.add("not watched");
    }
  }
}
