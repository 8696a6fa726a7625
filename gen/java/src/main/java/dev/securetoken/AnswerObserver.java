package dev.securetoken;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Completes a future with a call's one answer, once its status is known to be good. */
final class AnswerObserver<A, T> implements StreamObserver<A> {
  private final CompletableFuture<T> future;
  private final Function<A, T> read;
  private A answer;

  AnswerObserver(CompletableFuture<T> future, Function<A, T> read) {
    this.future = future;
    this.read = read;
  }

  @Override
  public void onNext(A answer) {
    this.answer = answer;
  }

  @Override
  public void onError(Throwable error) {
    future.completeExceptionally(
        error instanceof StatusRuntimeException
            ? ErrorDetails.fromStatusRuntimeException((StatusRuntimeException) error)
            : error);
  }

  @Override
  public void onCompleted() {
    if (answer == null) {
      future.completeExceptionally(Answers.malformed("is missing"));
      return;
    }
    try {
      future.complete(read.apply(answer));
    } catch (RuntimeException error) {
      future.completeExceptionally(error);
    }
  }
}
