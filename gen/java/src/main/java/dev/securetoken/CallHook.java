package dev.securetoken;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/** Tells an application of its client's calls. */
final class CallHook {
  private static final Logger LOGGER = System.getLogger(SecureTokenClient.class.getName());

  private final Consumer<EndedCall> onCall;

  CallHook(Consumer<EndedCall> onCall) {
    this.onCall = onCall;
  }

  /** A call that began at {@code began} nanoseconds has ended; {@code error} is unset for an answer. */
  void tell(MethodDescriptor<?, ?> method, long began, Throwable error) {
    Duration duration = Duration.ofNanos(System.nanoTime() - began);
    try {
      onCall.accept(new EndedCall(method.getBareMethodName(), codeOf(error), duration));
    } catch (RuntimeException | Error failure) { // the hook's own fault, which decides nothing
      LOGGER.log(Level.ERROR, "the hook of calls failed", failure);
    }
  }

  private static Status.Code codeOf(Throwable error) {
    if (error == null) {
      return Status.Code.OK;
    }
    if (error instanceof TokenError) {
      return ((TokenError) error).statusCode();
    }
    if (error instanceof CancellationException) {
      return Status.Code.CANCELLED;
    }
    return Status.fromThrowable(error).getCode();
  }
}
