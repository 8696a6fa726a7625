package dev.securetoken;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Gives a deadline to every call that has none, those of the raw stub included. */
final class DefaultDeadline implements ClientInterceptor {
  private final Duration deadline;

  DefaultDeadline(Duration deadline) {
    this.deadline = deadline;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    if (options.getDeadline() != null) {
      return next.newCall(method, options);
    }
    CallOptions bounded = options.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
    return next.newCall(method, bounded);
  }
}
