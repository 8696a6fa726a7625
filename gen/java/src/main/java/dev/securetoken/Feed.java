package dev.securetoken;

import dev.securetoken.v1.TokenServiceGrpc;
import dev.securetoken.v1.WatchRevocationsRequest;
import dev.securetoken.v1.WatchRevocationsResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Follows the feed of revocations: one stream after the other, and a look at its age meanwhile. */
final class Feed implements AutoCloseable {
  private static final long TICK_MILLIS = 250;
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long MAX_PAUSE_MILLIS = 2_000;

  /** When a feed is asked for again that the server has refused. */
  private static final long REFUSED_PAUSE_MILLIS = Duration.ofSeconds(60).toMillis();

  /**
   * A feed that ends earlier counts as one that gave nothing: a service that gives and refuses in turn
   * is not stormed.
   */
  private static final Duration BRIEF = Duration.ofSeconds(1);

  private final WatchCore core;
  private final Connection connection;
  private final ScheduledThreadPoolExecutor clock;
  private final FeedLife life = new FeedLife();
  private volatile Stream current;

  /** Whether the listener knows of a feed. */
  private volatile boolean isConnected;

  // Changed by the clock's thread alone.
  private int ends;
  private boolean isRenewed;

  Feed(WatchCore core, Connection connection) {
    this.core = core;
    this.connection = connection;
    this.clock =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "secure-token-feed");
              thread.setDaemon(true);
              return thread;
            });
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    clock.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    clock.execute(this::open);
    clock.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void open() {
    if (connection.isClosed()) {
      close();
      return;
    }
    Stream stream = new Stream();
    current = stream;
    Context.ROOT.run(stream::start);
    if (clock.isShutdown()) {
      stream.cancel();
    }
  }

  private void tick() {
    core.warn();
    Stream stream = current;
    if (connection.isClosed()) {
      close();
    } else if (stream != null && core.isSilent()) {
      current = null;
      stream.isSilent = true;
      stream.cancel();
      connection.renew();
    }
  }

  /** In the clock's thread: opens the next stream when it is time. */
  private void ended(Throwable cause, boolean wasGiven) {
    current = null;
    isConnected = false;
    clock.schedule(this::open, pauseAfter(cause, wasGiven), TimeUnit.MILLISECONDS);
  }

  private long pauseAfter(Throwable cause, boolean wasGiven) {
    if (wasGiven) {
      isRenewed = false;
      ends = core.feedAge().compareTo(BRIEF) < 0 ? ends : 0;
    }
    if (cause instanceof TooManyRevocationsException) {
      core.refuseFeed(cause);
      return REFUSED_PAUSE_MILLIS;
    }
    if (cause instanceof StatusRuntimeException) {
      StatusRuntimeException error = (StatusRuntimeException) cause;
      Status.Code code = error.getStatus().getCode();
      RuntimeException named = ErrorDetails.fromStatusRuntimeException(error);
      if (wasGiven) {
        renewKey(); // where it is taken back, the one that follows it may be there
      } else if (code == Status.Code.UNAUTHENTICATED && !isRenewed && renewKey()) {
        return 0;
      } else if (isRefusal(code, named)) {
        core.refuseFeed(named == error ? CallErrors.named(error) : named);
        return REFUSED_PAUSE_MILLIS;
      }
    }
    core.tell(it -> it.disconnected(cause));
    connection.hurry();
    if (ends++ == 0) {
      return 0;
    }
    long longest = Math.min(FIRST_PAUSE_MILLIS << Math.min(ends - 2, 8), MAX_PAUSE_MILLIS);
    return ThreadLocalRandom.current().nextLong(longest + 1);
  }

  private boolean renewKey() {
    isRenewed = connection.keys != null && connection.keys.renew();
    return isRenewed;
  }

  private static boolean isRefusal(Status.Code code, RuntimeException named) {
    switch (code) {
      case PERMISSION_DENIED:
      case UNAUTHENTICATED:
      case UNIMPLEMENTED:
      case FAILED_PRECONDITION:
        return true;
      default:
        return named instanceof TokenError
            && ((TokenError) named).reason().equals("REVOCATION_NOT_ENABLED");
    }
  }

  @Override
  public void close() {
    clock.shutdown();
    Stream stream = current;
    if (stream != null) {
      stream.cancel();
    }
  }

  /** One stream. gRPC tells of its events one after the other. */
  private final class Stream implements StreamObserver<WatchRevocationsResponse> {
    private final ClientCall<WatchRevocationsRequest, WatchRevocationsResponse> call =
        connection.channel.newCall(
            TokenServiceGrpc.getWatchRevocationsMethod(), CallOptions.DEFAULT);
    private boolean isGiven;
    private boolean isOver;
    private volatile boolean isSilent;

    void start() {
      WatchRevocationsRequest request =
          WatchRevocationsRequest.newBuilder().setCursor(core.beginFeed()).build();
      try {
        ClientCalls.asyncServerStreamingCall(call, request, this);
      } catch (RuntimeException error) {
        end(error);
      }
    }

    void cancel() {
      call.cancel("the feed is not followed any more", null);
    }

    @Override
    public void onNext(WatchRevocationsResponse event) {
      if (isOver) {
        return;
      }
      try {
        if (core.apply(event)) {
          checkpointed();
        }
      } catch (FeedException fault) {
        end(fault);
        cancel();
      }
    }

    private void checkpointed() {
      // Before the listener, which may take long.
      boolean isOld = life.isOver(core.feedAge(), core.isBehind());
      if (core.isLate()) {
        isGiven = false;
        throw new FeedException("what came on the feed was late by more than half of the bound");
      }
      isGiven = true;
      if (!isConnected) {
        isConnected = true;
        core.tell(WatchListener::connected);
      }
      if (isOld) {
        isOver = true;
        inClock(Feed.this::open);
        cancel();
      }
    }

    @Override
    public void onError(Throwable error) {
      end(isSilent ? new FeedException("nothing came on the feed for 3 seconds") : error);
    }

    @Override
    public void onCompleted() {
      end(new FeedException("the server has ended the feed"));
    }

    private void end(Throwable cause) {
      if (!isOver) {
        isOver = true;
        inClock(() -> ended(cause, isGiven));
      }
    }

    private void inClock(Runnable work) {
      try {
        clock.execute(work);
      } catch (java.util.concurrent.RejectedExecutionException closed) {
        // Nobody follows any more.
      }
    }
  }
}
