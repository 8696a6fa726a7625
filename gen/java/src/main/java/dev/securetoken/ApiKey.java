package dev.securetoken;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/** Sends the caller's own credential with every call that names no other. */
final class ApiKey implements ClientInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final String credential;

  /** The complaint does not quote the key. */
  ApiKey(String apiKey) {
    if (!apiKey.matches("[\\x21-\\x7e]+")) {
      throw new IllegalArgumentException("apiKey must consist of visible ASCII characters");
    }
    this.credential = "Bearer " + apiKey;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        if (!headers.containsKey(AUTHORIZATION)) {
          headers.put(AUTHORIZATION, credential);
        }
        super.start(listener, headers);
      }
    };
  }
}
