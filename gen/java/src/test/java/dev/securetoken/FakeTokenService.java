package dev.securetoken;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import dev.securetoken.v1.TokenErrorDetail;
import dev.securetoken.v1.TokenServiceGrpc;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A service in this process that answers each RPC as a test says, and remembers what it met. */
public final class FakeTokenService implements BindableService, AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Map<String, Function<Message, Message>> answers = new HashMap<>();
  private final List<Message> requests = new ArrayList<>();
  private final Server server;
  private final ManagedChannel channel;
  private volatile Deadline deadline;
  private volatile String authorization;

  public FakeTokenService() throws IOException {
    String name = InProcessServerBuilder.generateName();
    server = InProcessServerBuilder.forName(name).addService(this).build().start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  /** Answers an RPC. A function may throw what the call shall end with. */
  @SuppressWarnings("unchecked")
  public <Q extends Message> void answer(
      MethodDescriptor<Q, ?> method, Function<Q, ? extends Message> answer) {
    answers.put(method.getFullMethodName(), request -> answer.apply((Q) request));
  }

  public SecureTokenClient client() {
    return SecureTokenClient.builder(channel).build();
  }

  public ManagedChannel channel() {
    return channel;
  }

  public synchronized List<Message> requests() {
    return List.copyOf(requests);
  }

  Deadline deadline() {
    return deadline;
  }

  String authorization() {
    return authorization;
  }

  /** An error as the service sends it, with the details given. */
  public static StatusRuntimeException error(Status.Code code, String message, Message... details) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(message);
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  public static StatusRuntimeException error(
      Status.Code code, String message, TokenErrorDetail.Builder detail, ErrorInfo.Builder info) {
    return error(code, message, detail.build(), info.setDomain("securetoken.v1").build());
  }

  @Override
  public ServerServiceDefinition bindService() {
    ServerServiceDefinition.Builder service =
        ServerServiceDefinition.builder(TokenServiceGrpc.getServiceDescriptor());
    for (MethodDescriptor<?, ?> method : TokenServiceGrpc.getServiceDescriptor().getMethods()) {
      service.addMethod(handled(method));
    }
    return ServerInterceptors.intercept(service.build(), new Witness());
  }

  @SuppressWarnings("unchecked")
  private ServerMethodDefinition<Message, Message> handled(MethodDescriptor<?, ?> method) {
    return ServerMethodDefinition.create(
        (MethodDescriptor<Message, Message>) method,
        ServerCalls.asyncUnaryCall(
            (request, observer) -> reply(method.getFullMethodName(), request, observer)));
  }

  private void reply(String method, Message request, StreamObserver<Message> observer) {
    synchronized (this) {
      requests.add(request);
    }
    Message answer;
    try {
      answer = answers.get(method).apply(request);
    } catch (StatusRuntimeException error) {
      observer.onError(error);
      return;
    }
    if (answer != null) {
      observer.onNext(answer);
      observer.onCompleted();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private final class Witness implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      deadline = Context.current().getDeadline();
      authorization = headers.get(AUTHORIZATION);
      return next.startCall(call, headers);
    }
  }
}
