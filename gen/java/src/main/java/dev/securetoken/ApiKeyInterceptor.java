package dev.securetoken;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors.CheckedForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/** Sends the caller's own credential with every call that names no other. */
final class ApiKeyInterceptor implements ClientInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final KeySource source;

  ApiKeyInterceptor(KeySource source) {
    this.source = source;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new CheckedForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      protected void checkedStart(Listener<A> listener, Metadata headers) {
        if (!headers.containsKey(AUTHORIZATION)) {
          headers.put(AUTHORIZATION, "Bearer " + key());
        }
        delegate().start(listener, headers);
      }
    };
  }

  private String key() {
    try {
      return source.key();
    } catch (RuntimeException error) {
      throw Status.UNAUTHENTICATED
          .withDescription("this client has no API key")
          .withCause(error)
          .asRuntimeException();
    }
  }
}
