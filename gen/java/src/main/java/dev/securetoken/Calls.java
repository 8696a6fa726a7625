package dev.securetoken;

import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Makes calls and turns their errors into the four exceptions and the named ones. */
final class Calls {
  private final Connection connection;
  private final Duration deadline;
  private final boolean waitsForRate;

  Calls(Connection connection, Duration deadline) {
    this(connection, deadline, true);
  }

  private Calls(Connection connection, Duration deadline, boolean waitsForRate) {
    this.connection = connection;
    this.deadline = deadline;
    this.waitsForRate = waitsForRate;
  }

  Calls withDeadline(Duration other) {
    return new Calls(connection, Deadlines.checked(other), waitsForRate);
  }

  /**
   * The same, which fail at once where they are beyond their client's rate: who asks for its own
   * callers would hold them up, for the tokens of others.
   */
  Calls withoutWaitingForRate() {
    return new Calls(connection, deadline, false);
  }

  /** How long a call may take. */
  Duration deadline() {
    return deadline;
  }

  Connection connection() {
    return connection;
  }

  Channel channel() {
    return connection.channel;
  }

  <Q, A, T> T blocking(Operation<Q, A, T> operation, Q request) {
    Attempts attempts = begin(operation, () -> {});
    A answer = null;
    while (answer == null) {
      try {
        answer =
            ClientCalls.blockingUnaryCall(
                connection.channel, operation.method, attempts.options(), request);
      } catch (StatusRuntimeException error) {
        Attempts.pause(attempts.judge(error));
      }
    }
    return operation.read.apply(request, answer);
  }

  /** The same without waiting. A refused argument is told by the future too. */
  <Q, A, T> CompletableFuture<T> future(Operation<Q, A, T> operation, Supplier<Q> arguments) {
    return future(operation, arguments, () -> {});
  }

  /** The same; {@code onTry} runs as each try begins: the answer is no older than the last one. */
  <Q, A, T> CompletableFuture<T> future(
      Operation<Q, A, T> operation, Supplier<Q> arguments, Runnable onTry) {
    Q request;
    try {
      request = arguments.get();
    } catch (TokenError refused) {
      return CompletableFuture.failedFuture(refused);
    }
    CompletableFuture<T> future = new CompletableFuture<>();
    attempt(future, operation, request, begin(operation, onTry));
    return future;
  }

  private Attempts begin(Operation<?, ?, ?> operation, Runnable onTry) {
    return new Attempts(connection, operation.method, deadline, waitsForRate, onTry);
  }

  private <Q, A, T> void attempt(
      CompletableFuture<T> future, Operation<Q, A, T> operation, Q request, Attempts attempts) {
    ClientCall<Q, A> call = connection.channel.newCall(operation.method, attempts.options());
    CompletableFuture<A> answered = new CompletableFuture<>();
    try {
      ClientCalls.asyncUnaryCall(call, request, new AnswerObserver<>(answered));
    } catch (RuntimeException notStarted) { // as when the channel's executor has been shut down
      future.completeExceptionally(notStarted);
      return;
    }
    answered.whenComplete(
        (answer, error) -> {
          if (error == null) {
            read(future, () -> operation.read.apply(request, answer));
          } else if (!future.isDone()) {
            again(future, attempts, error, () -> attempt(future, operation, request, attempts));
          }
        });
    future.whenComplete(
        (result, error) -> {
          if (future.isCancelled()) {
            call.cancel("cancelled by the caller", error);
          }
        });
  }

  private static <T> void read(CompletableFuture<T> future, Supplier<T> result) {
    try {
      future.complete(result.get());
    } catch (RuntimeException malformed) {
      future.completeExceptionally(malformed);
    }
  }

  private static void again(
      CompletableFuture<?> future, Attempts attempts, Throwable error, Runnable attempt) {
    if (!(error instanceof StatusRuntimeException)) {
      future.completeExceptionally(error);
      return;
    }
    long pause;
    try {
      pause = attempts.judge((StatusRuntimeException) error);
    } catch (RuntimeException end) {
      future.completeExceptionally(end);
      return;
    }
    Executor later = CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS);
    later.execute(
        Context.current()
            .wrap(
                () -> {
                  if (!future.isDone()) {
                    attempt.run();
                  }
                }));
  }
}
