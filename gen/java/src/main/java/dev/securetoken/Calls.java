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
  private final CallHook hook;

  Calls(Connection connection, Duration deadline, CallHook hook) {
    this(connection, deadline, true, hook);
  }

  private Calls(Connection connection, Duration deadline, boolean waitsForRate, CallHook hook) {
    this.connection = connection;
    this.deadline = deadline;
    this.waitsForRate = waitsForRate;
    this.hook = hook;
  }

  Calls withDeadline(Duration other) {
    return new Calls(connection, Deadlines.checked(other), waitsForRate, hook);
  }

  /**
   * The same, which fail at once where they are beyond their client's rate: who asks for its own
   * callers would hold them up, for the tokens of others.
   */
  Calls withoutWaitingForRate() {
    return new Calls(connection, deadline, false, hook);
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
    long began = System.nanoTime();
    A answer;
    try {
      answer = answerOf(operation, request);
    } catch (RuntimeException error) {
      hook.tell(operation.method, began, error);
      throw error;
    }
    hook.tell(operation.method, began, null);
    return operation.read.apply(request, answer);
  }

  private <Q, A> A answerOf(Operation<Q, A, ?> operation, Q request) {
    Attempts attempts = begin(operation, () -> {});
    while (true) {
      try {
        return ClientCalls.blockingUnaryCall(
            connection.channel, operation.method, attempts.options(), request);
      } catch (StatusRuntimeException error) {
        Attempts.pause(attempts.judge(error));
      }
    }
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
    PendingCall<T> pending = new PendingCall<>(hook, operation.method);
    attempt(pending, operation, request, begin(operation, onTry));
    return pending.future;
  }

  private Attempts begin(Operation<?, ?, ?> operation, Runnable onTry) {
    return new Attempts(connection, operation.method, deadline, waitsForRate, onTry);
  }

  private <Q, A, T> void attempt(
      PendingCall<T> pending, Operation<Q, A, T> operation, Q request, Attempts attempts) {
    ClientCall<Q, A> call;
    CompletableFuture<A> answered = new CompletableFuture<>();
    try {
      call = connection.channel.newCall(operation.method, attempts.options());
      ClientCalls.asyncUnaryCall(call, request, new AnswerObserver<>(answered));
    } catch (RuntimeException | Error notStarted) { // the channel's executor is shut down, or an API key fails
      pending.fail(notStarted);
      return;
    }
    answered.whenComplete(
        (answer, error) -> {
          if (error == null) {
            pending.succeed(() -> operation.read.apply(request, answer));
          } else if (!pending.future.isDone()) {
            again(pending, attempts, error, () -> attempt(pending, operation, request, attempts));
          }
        });
    pending.future.whenComplete(
        (result, error) -> {
          if (!answered.isDone()) { // cancelled, or ended by the caller, as by orTimeout
            call.cancel("cancelled by the caller", error);
          }
        });
  }

  private static void again(
      PendingCall<?> pending, Attempts attempts, Throwable error, Runnable attempt) {
    if (!(error instanceof StatusRuntimeException)) {
      pending.fail(error);
      return;
    }
    long pause;
    try {
      pause = attempts.judge((StatusRuntimeException) error);
    } catch (RuntimeException end) {
      pending.fail(end);
      return;
    }
    Executor later = CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS);
    later.execute(
        Context.current()
            .wrap(
                () -> {
                  if (!pending.future.isDone()) {
                    attempt.run();
                  }
                }));
  }
}
