package dev.securetoken;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Gives a deadline to every call that has none, those of the raw stub included, and cuts one that is
 * longer than the service takes. Streams need none.
 */
final class DefaultDeadline implements ClientInterceptor {
  private final Duration deadline;

  DefaultDeadline(Duration deadline) {
    this.deadline = deadline;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    if (method.getType() != MethodDescriptor.MethodType.UNARY) {
      return next.newCall(method, options);
    }
    Deadline asked = options.getDeadline();
    if (asked == null) {
      return next.newCall(
          method, options.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS));
    }
    Deadline longest = Deadline.after(Deadlines.LONGEST_SENT.toNanos(), TimeUnit.NANOSECONDS);
    return next.newCall(method, options.withDeadline(asked.minimum(longest)));
  }
}
