package dev.securetoken;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Completes a future with a call's one answer, once its status is known to be good. */
final class AnswerObserver<A> implements StreamObserver<A> {
  private final CompletableFuture<A> future;
  private A answer;

  AnswerObserver(CompletableFuture<A> future) {
    this.future = future;
  }

  @Override
  public void onNext(A answer) {
    this.answer = answer;
  }

  @Override
  public void onError(Throwable error) {
    future.completeExceptionally(error);
  }

  @Override
  public void onCompleted() {
    if (answer == null) {
      future.completeExceptionally(Answers.malformed("is missing"));
      return;
    }
    future.complete(answer);
  }
}
