package dev.securetoken.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * Calls another service as the user of the current call: sends the token that {@link
 * TokenServerInterceptor} let pass. Use it on the channel of that service alone, and over TLS:
 * whoever gets the token can use it. Calls outside of a call with a token go without.
 *
 * <pre>{@code
 * ReportsGrpc.newBlockingStub(channel).withInterceptors(new ForwardToken())
 * }</pre>
 */
public final class ForwardToken implements ClientInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Makes an interceptor for any number of channels. */
  public ForwardToken() {}

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    String bearer = TokenServerInterceptor.BEARER.get();
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        if (bearer != null) {
          headers.discardAll(AUTHORIZATION);
          headers.put(AUTHORIZATION, "Bearer " + bearer);
        }
        super.start(listener, headers);
      }
    };
  }
}
