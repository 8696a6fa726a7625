package dev.securetoken;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Makes calls and turns their errors into the four exceptions. */
final class Calls {
  private final Channel channel;

  /** Unset: the channel has a default. */
  private final Duration deadline;

  Calls(Channel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  Channel channel() {
    return channel;
  }

  private CallOptions options() {
    return deadline == null
        ? CallOptions.DEFAULT
        : CallOptions.DEFAULT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
  }

  <Q, A, T> T blocking(Operation<Q, A, T> operation, Q request) {
    A answer;
    try {
      answer = ClientCalls.blockingUnaryCall(channel, operation.method, options(), request);
    } catch (StatusRuntimeException error) {
      throw ErrorDetails.fromStatusRuntimeException(error);
    }
    return operation.read.apply(request, answer);
  }

  /** The same without waiting. A refused argument is told by the future too. */
  <Q, A, T> CompletableFuture<T> future(Operation<Q, A, T> operation, Supplier<Q> arguments) {
    Q request;
    try {
      request = arguments.get();
    } catch (TokenError refused) {
      return CompletableFuture.failedFuture(refused);
    }
    CompletableFuture<T> future = new CompletableFuture<>();
    ClientCall<Q, A> call = channel.newCall(operation.method, options());
    ClientCalls.asyncUnaryCall(
        call,
        request,
        new AnswerObserver<>(future, answer -> operation.read.apply(request, answer)));
    future.whenComplete(
        (result, error) -> {
          if (future.isCancelled()) {
            call.cancel("cancelled by the caller", error);
          }
        });
    return future;
  }
}
