package dev.securetoken.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * TokenService issues, checks and describes tokens.
 * Limits for every RPC: a token has at most 8,192 characters; a request message at most 64 KiB
 * (BatchValidateTokens: 1 MiB); messages are not compressed in either direction; a call that
 * names no deadline gets 5 seconds, and may ask for 60 at most. Anything beyond a limit is
 * RESOURCE_EXHAUSTED or INVALID_ARGUMENT.
 * No RPC that carries a token is NO_SIDE_EFFECTS: Connect would serve it by GET, with the token
 * in the URL and so in access logs.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class TokenServiceGrpc {

  private TokenServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "securetoken.v1.TokenService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.GenerateTokenRequest,
      dev.securetoken.v1.GenerateTokenResponse> getGenerateTokenMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GenerateToken",
      requestType = dev.securetoken.v1.GenerateTokenRequest.class,
      responseType = dev.securetoken.v1.GenerateTokenResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.GenerateTokenRequest,
      dev.securetoken.v1.GenerateTokenResponse> getGenerateTokenMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.GenerateTokenRequest, dev.securetoken.v1.GenerateTokenResponse> getGenerateTokenMethod;
    if ((getGenerateTokenMethod = TokenServiceGrpc.getGenerateTokenMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getGenerateTokenMethod = TokenServiceGrpc.getGenerateTokenMethod) == null) {
          TokenServiceGrpc.getGenerateTokenMethod = getGenerateTokenMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.GenerateTokenRequest, dev.securetoken.v1.GenerateTokenResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GenerateToken"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.GenerateTokenRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.GenerateTokenResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("GenerateToken"))
              .build();
        }
      }
    }
    return getGenerateTokenMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.ValidateTokenRequest,
      dev.securetoken.v1.ValidateTokenResponse> getValidateTokenMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ValidateToken",
      requestType = dev.securetoken.v1.ValidateTokenRequest.class,
      responseType = dev.securetoken.v1.ValidateTokenResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.ValidateTokenRequest,
      dev.securetoken.v1.ValidateTokenResponse> getValidateTokenMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.ValidateTokenRequest, dev.securetoken.v1.ValidateTokenResponse> getValidateTokenMethod;
    if ((getValidateTokenMethod = TokenServiceGrpc.getValidateTokenMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getValidateTokenMethod = TokenServiceGrpc.getValidateTokenMethod) == null) {
          TokenServiceGrpc.getValidateTokenMethod = getValidateTokenMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.ValidateTokenRequest, dev.securetoken.v1.ValidateTokenResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ValidateToken"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.ValidateTokenRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.ValidateTokenResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("ValidateToken"))
              .build();
        }
      }
    }
    return getValidateTokenMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.CheckPermissionRequest,
      dev.securetoken.v1.CheckPermissionResponse> getCheckPermissionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CheckPermission",
      requestType = dev.securetoken.v1.CheckPermissionRequest.class,
      responseType = dev.securetoken.v1.CheckPermissionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.CheckPermissionRequest,
      dev.securetoken.v1.CheckPermissionResponse> getCheckPermissionMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.CheckPermissionRequest, dev.securetoken.v1.CheckPermissionResponse> getCheckPermissionMethod;
    if ((getCheckPermissionMethod = TokenServiceGrpc.getCheckPermissionMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getCheckPermissionMethod = TokenServiceGrpc.getCheckPermissionMethod) == null) {
          TokenServiceGrpc.getCheckPermissionMethod = getCheckPermissionMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.CheckPermissionRequest, dev.securetoken.v1.CheckPermissionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CheckPermission"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.CheckPermissionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.CheckPermissionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("CheckPermission"))
              .build();
        }
      }
    }
    return getCheckPermissionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.CheckPermissionsRequest,
      dev.securetoken.v1.CheckPermissionsResponse> getCheckPermissionsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CheckPermissions",
      requestType = dev.securetoken.v1.CheckPermissionsRequest.class,
      responseType = dev.securetoken.v1.CheckPermissionsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.CheckPermissionsRequest,
      dev.securetoken.v1.CheckPermissionsResponse> getCheckPermissionsMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.CheckPermissionsRequest, dev.securetoken.v1.CheckPermissionsResponse> getCheckPermissionsMethod;
    if ((getCheckPermissionsMethod = TokenServiceGrpc.getCheckPermissionsMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getCheckPermissionsMethod = TokenServiceGrpc.getCheckPermissionsMethod) == null) {
          TokenServiceGrpc.getCheckPermissionsMethod = getCheckPermissionsMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.CheckPermissionsRequest, dev.securetoken.v1.CheckPermissionsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CheckPermissions"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.CheckPermissionsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.CheckPermissionsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("CheckPermissions"))
              .build();
        }
      }
    }
    return getCheckPermissionsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.BatchValidateTokensRequest,
      dev.securetoken.v1.BatchValidateTokensResponse> getBatchValidateTokensMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "BatchValidateTokens",
      requestType = dev.securetoken.v1.BatchValidateTokensRequest.class,
      responseType = dev.securetoken.v1.BatchValidateTokensResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.BatchValidateTokensRequest,
      dev.securetoken.v1.BatchValidateTokensResponse> getBatchValidateTokensMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.BatchValidateTokensRequest, dev.securetoken.v1.BatchValidateTokensResponse> getBatchValidateTokensMethod;
    if ((getBatchValidateTokensMethod = TokenServiceGrpc.getBatchValidateTokensMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getBatchValidateTokensMethod = TokenServiceGrpc.getBatchValidateTokensMethod) == null) {
          TokenServiceGrpc.getBatchValidateTokensMethod = getBatchValidateTokensMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.BatchValidateTokensRequest, dev.securetoken.v1.BatchValidateTokensResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "BatchValidateTokens"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.BatchValidateTokensRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.BatchValidateTokensResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("BatchValidateTokens"))
              .build();
        }
      }
    }
    return getBatchValidateTokensMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.RefreshTokenRequest,
      dev.securetoken.v1.RefreshTokenResponse> getRefreshTokenMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RefreshToken",
      requestType = dev.securetoken.v1.RefreshTokenRequest.class,
      responseType = dev.securetoken.v1.RefreshTokenResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.RefreshTokenRequest,
      dev.securetoken.v1.RefreshTokenResponse> getRefreshTokenMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.RefreshTokenRequest, dev.securetoken.v1.RefreshTokenResponse> getRefreshTokenMethod;
    if ((getRefreshTokenMethod = TokenServiceGrpc.getRefreshTokenMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getRefreshTokenMethod = TokenServiceGrpc.getRefreshTokenMethod) == null) {
          TokenServiceGrpc.getRefreshTokenMethod = getRefreshTokenMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.RefreshTokenRequest, dev.securetoken.v1.RefreshTokenResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RefreshToken"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.RefreshTokenRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.RefreshTokenResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("RefreshToken"))
              .build();
        }
      }
    }
    return getRefreshTokenMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.GetTokenInfoRequest,
      dev.securetoken.v1.GetTokenInfoResponse> getGetTokenInfoMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetTokenInfo",
      requestType = dev.securetoken.v1.GetTokenInfoRequest.class,
      responseType = dev.securetoken.v1.GetTokenInfoResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.GetTokenInfoRequest,
      dev.securetoken.v1.GetTokenInfoResponse> getGetTokenInfoMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.GetTokenInfoRequest, dev.securetoken.v1.GetTokenInfoResponse> getGetTokenInfoMethod;
    if ((getGetTokenInfoMethod = TokenServiceGrpc.getGetTokenInfoMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getGetTokenInfoMethod = TokenServiceGrpc.getGetTokenInfoMethod) == null) {
          TokenServiceGrpc.getGetTokenInfoMethod = getGetTokenInfoMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.GetTokenInfoRequest, dev.securetoken.v1.GetTokenInfoResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetTokenInfo"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.GetTokenInfoRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.GetTokenInfoResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("GetTokenInfo"))
              .build();
        }
      }
    }
    return getGetTokenInfoMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.IntrospectTokenRequest,
      dev.securetoken.v1.IntrospectTokenResponse> getIntrospectTokenMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "IntrospectToken",
      requestType = dev.securetoken.v1.IntrospectTokenRequest.class,
      responseType = dev.securetoken.v1.IntrospectTokenResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.IntrospectTokenRequest,
      dev.securetoken.v1.IntrospectTokenResponse> getIntrospectTokenMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.IntrospectTokenRequest, dev.securetoken.v1.IntrospectTokenResponse> getIntrospectTokenMethod;
    if ((getIntrospectTokenMethod = TokenServiceGrpc.getIntrospectTokenMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getIntrospectTokenMethod = TokenServiceGrpc.getIntrospectTokenMethod) == null) {
          TokenServiceGrpc.getIntrospectTokenMethod = getIntrospectTokenMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.IntrospectTokenRequest, dev.securetoken.v1.IntrospectTokenResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "IntrospectToken"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.IntrospectTokenRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.IntrospectTokenResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("IntrospectToken"))
              .build();
        }
      }
    }
    return getIntrospectTokenMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.ExportConfigRequest,
      dev.securetoken.v1.ExportConfigResponse> getExportConfigMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ExportConfig",
      requestType = dev.securetoken.v1.ExportConfigRequest.class,
      responseType = dev.securetoken.v1.ExportConfigResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.ExportConfigRequest,
      dev.securetoken.v1.ExportConfigResponse> getExportConfigMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.ExportConfigRequest, dev.securetoken.v1.ExportConfigResponse> getExportConfigMethod;
    if ((getExportConfigMethod = TokenServiceGrpc.getExportConfigMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getExportConfigMethod = TokenServiceGrpc.getExportConfigMethod) == null) {
          TokenServiceGrpc.getExportConfigMethod = getExportConfigMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.ExportConfigRequest, dev.securetoken.v1.ExportConfigResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ExportConfig"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.ExportConfigRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.ExportConfigResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("ExportConfig"))
              .build();
        }
      }
    }
    return getExportConfigMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.RevokeTokensRequest,
      dev.securetoken.v1.RevokeTokensResponse> getRevokeTokensMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RevokeTokens",
      requestType = dev.securetoken.v1.RevokeTokensRequest.class,
      responseType = dev.securetoken.v1.RevokeTokensResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.RevokeTokensRequest,
      dev.securetoken.v1.RevokeTokensResponse> getRevokeTokensMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.RevokeTokensRequest, dev.securetoken.v1.RevokeTokensResponse> getRevokeTokensMethod;
    if ((getRevokeTokensMethod = TokenServiceGrpc.getRevokeTokensMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getRevokeTokensMethod = TokenServiceGrpc.getRevokeTokensMethod) == null) {
          TokenServiceGrpc.getRevokeTokensMethod = getRevokeTokensMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.RevokeTokensRequest, dev.securetoken.v1.RevokeTokensResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RevokeTokens"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.RevokeTokensRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.RevokeTokensResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("RevokeTokens"))
              .build();
        }
      }
    }
    return getRevokeTokensMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.ListRevocationsRequest,
      dev.securetoken.v1.ListRevocationsResponse> getListRevocationsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListRevocations",
      requestType = dev.securetoken.v1.ListRevocationsRequest.class,
      responseType = dev.securetoken.v1.ListRevocationsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.ListRevocationsRequest,
      dev.securetoken.v1.ListRevocationsResponse> getListRevocationsMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.ListRevocationsRequest, dev.securetoken.v1.ListRevocationsResponse> getListRevocationsMethod;
    if ((getListRevocationsMethod = TokenServiceGrpc.getListRevocationsMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getListRevocationsMethod = TokenServiceGrpc.getListRevocationsMethod) == null) {
          TokenServiceGrpc.getListRevocationsMethod = getListRevocationsMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.ListRevocationsRequest, dev.securetoken.v1.ListRevocationsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListRevocations"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.ListRevocationsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.ListRevocationsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("ListRevocations"))
              .build();
        }
      }
    }
    return getListRevocationsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.securetoken.v1.WatchRevocationsRequest,
      dev.securetoken.v1.WatchRevocationsResponse> getWatchRevocationsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchRevocations",
      requestType = dev.securetoken.v1.WatchRevocationsRequest.class,
      responseType = dev.securetoken.v1.WatchRevocationsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<dev.securetoken.v1.WatchRevocationsRequest,
      dev.securetoken.v1.WatchRevocationsResponse> getWatchRevocationsMethod() {
    io.grpc.MethodDescriptor<dev.securetoken.v1.WatchRevocationsRequest, dev.securetoken.v1.WatchRevocationsResponse> getWatchRevocationsMethod;
    if ((getWatchRevocationsMethod = TokenServiceGrpc.getWatchRevocationsMethod) == null) {
      synchronized (TokenServiceGrpc.class) {
        if ((getWatchRevocationsMethod = TokenServiceGrpc.getWatchRevocationsMethod) == null) {
          TokenServiceGrpc.getWatchRevocationsMethod = getWatchRevocationsMethod =
              io.grpc.MethodDescriptor.<dev.securetoken.v1.WatchRevocationsRequest, dev.securetoken.v1.WatchRevocationsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchRevocations"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.WatchRevocationsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.securetoken.v1.WatchRevocationsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TokenServiceMethodDescriptorSupplier("WatchRevocations"))
              .build();
        }
      }
    }
    return getWatchRevocationsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static TokenServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TokenServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TokenServiceStub>() {
        @java.lang.Override
        public TokenServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TokenServiceStub(channel, callOptions);
        }
      };
    return TokenServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static TokenServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TokenServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TokenServiceBlockingV2Stub>() {
        @java.lang.Override
        public TokenServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TokenServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return TokenServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static TokenServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TokenServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TokenServiceBlockingStub>() {
        @java.lang.Override
        public TokenServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TokenServiceBlockingStub(channel, callOptions);
        }
      };
    return TokenServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static TokenServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TokenServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TokenServiceFutureStub>() {
        @java.lang.Override
        public TokenServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TokenServiceFutureStub(channel, callOptions);
        }
      };
    return TokenServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * TokenService issues, checks and describes tokens.
   * Limits for every RPC: a token has at most 8,192 characters; a request message at most 64 KiB
   * (BatchValidateTokens: 1 MiB); messages are not compressed in either direction; a call that
   * names no deadline gets 5 seconds, and may ask for 60 at most. Anything beyond a limit is
   * RESOURCE_EXHAUSTED or INVALID_ARGUMENT.
   * No RPC that carries a token is NO_SIDE_EFFECTS: Connect would serve it by GET, with the token
   * in the URL and so in access logs.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * GenerateToken issues a token.
     * Who may call: callers that may issue tokens. On a server that listens on loopback without
     * configured callers, anyone.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) when an input breaks its rule; the detail's field
     * names the input.
     * </pre>
     */
    default void generateToken(dev.securetoken.v1.GenerateTokenRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.GenerateTokenResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGenerateTokenMethod(), responseObserver);
    }

    /**
     * <pre>
     * ValidateToken answers with a token's claims, or says why the token is not valid.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: TOKEN_EXPIRED or INVALID_TOKEN (UNAUTHENTICATED), field "token"; INVALID_TOKEN, field
     * "audience", when the token is not for the audience that the request requires; TOKEN_ERROR
     * (INVALID_ARGUMENT) for an audience that breaks its rule.
     * </pre>
     */
    default void validateToken(dev.securetoken.v1.ValidateTokenRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.ValidateTokenResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getValidateTokenMethod(), responseObserver);
    }

    /**
     * <pre>
     * CheckPermission succeeds when the token is valid and holds the required permission. The
     * comparison is exact and case-sensitive.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: PERMISSION_DENIED (PERMISSION_DENIED) when the permission is missing, else those of
     * ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) when required_permission is too long.
     * </pre>
     */
    default void checkPermission(dev.securetoken.v1.CheckPermissionRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.CheckPermissionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCheckPermissionMethod(), responseObserver);
    }

    /**
     * <pre>
     * CheckPermissions tells for each of several permissions whether the token holds it. A missing
     * permission is an answer here, not an error.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: those of ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) for more than 256 permissions
     * or one that is too long.
     * </pre>
     */
    default void checkPermissions(dev.securetoken.v1.CheckPermissionsRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.CheckPermissionsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCheckPermissionsMethod(), responseObserver);
    }

    /**
     * <pre>
     * BatchValidateTokens validates up to 1,000 tokens in one call, whose message is at most 1 MiB: 127
     * of the longest tokens, and 1,000 of about 1,000 characters. It fails only for the caller's own
     * faults; what is wrong with a single token is told in that token's result.
     * Who may call: callers that may verify tokens.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT), field "tokens", for more than 1,000 tokens;
     * RESOURCE_EXHAUSTED for more than 1 MiB.
     * </pre>
     */
    default void batchValidateTokens(dev.securetoken.v1.BatchValidateTokensRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.BatchValidateTokensResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getBatchValidateTokensMethod(), responseObserver);
    }

    /**
     * <pre>
     * RefreshToken issues a new token with the user_id, permissions, additional_data, audiences and
     * session of a valid one. The old token stays valid until it expires, unless revoke_old is set. No token
     * outlives its session: the server's maximum (720 hours unless configured) since the session's
     * first token was issued.
     * Who may call: callers that may issue tokens, and the token's own holder.
     * Errors: those of ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) for new_expires_in out of
     * range, for revoke_old on a server that keeps no revocations, and once the session has ended.
     * </pre>
     */
    default void refreshToken(dev.securetoken.v1.RefreshTokenRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.RefreshTokenResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRefreshTokenMethod(), responseObserver);
    }

    /**
     * <pre>
     * GetTokenInfo answers with all that is known of a valid token.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: those of ValidateToken.
     * </pre>
     */
    default void getTokenInfo(dev.securetoken.v1.GetTokenInfoRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.GetTokenInfoResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetTokenInfoMethod(), responseObserver);
    }

    /**
     * <pre>
     * IntrospectToken tells a token's state. No token makes it fail: an invalid one is a state.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: none about the token.
     * </pre>
     */
    default void introspectToken(dev.securetoken.v1.IntrospectTokenRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.IntrospectTokenResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getIntrospectTokenMethod(), responseObserver);
    }

    /**
     * <pre>
     * ExportConfig tells how this server makes tokens, without any key material.
     * Who may call: callers that administer the service.
     * Errors: none of its own.
     * </pre>
     */
    default void exportConfig(dev.securetoken.v1.ExportConfigRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.ExportConfigResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getExportConfigMethod(), responseObserver);
    }

    /**
     * <pre>
     * RevokeTokens takes tokens back before they expire. It answers once the revocations are durable
     * and in force on this server, in every worker; other servers follow within a second, and none
     * vouches for a token without knowing (docs/revocation.md).
     * Who may call: callers that may revoke tokens; everything_issued_before, callers that may revoke
     * everything; and a token's own holder, for that token and its session.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) for more than 1,000 targets and for a target or a reason
     * that breaks its rule, before anything is revoked; TOKEN_ERROR with reason REVOCATION_NOT_ENABLED
     * on a server that keeps no revocations; UNAVAILABLE when they cannot be made durable. No token
     * makes it fail (RFC 7009, section 2.2): what became of each target is told in its result.
     * </pre>
     */
    default void revokeTokens(dev.securetoken.v1.RevokeTokensRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.RevokeTokensResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRevokeTokensMethod(), responseObserver);
    }

    /**
     * <pre>
     * ListRevocations lists the revocations in force, newest first (AIP-158).
     * Who may call: callers that may revoke tokens.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) for a page_size below 0 or a page_token of no earlier
     * answer; reason REVOCATION_NOT_ENABLED on a server that keeps no revocations.
     * </pre>
     */
    default void listRevocations(dev.securetoken.v1.ListRevocationsRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.ListRevocationsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListRevocationsMethod(), responseObserver);
    }

    /**
     * <pre>
     * WatchRevocations streams every revocation: first all that are in force, in pages, unless the
     * cursor says from where to go on; then each change; and a checkpoint every second, even when
     * nothing happens. Whoever keeps answers about tokens applies it, and vouches for none of them once
     * checkpoints stay away. The stream ends when the connection or the server does: begin again with
     * the last checkpoint's cursor. A watcher that does not read is cut off (RESOURCE_EXHAUSTED).
     * Who may call: callers that may verify or revoke tokens. Streams are bounded per connection and in
     * all (RESOURCE_EXHAUSTED).
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT), reason REVOCATION_NOT_ENABLED, on a server that keeps no
     * revocations.
     * </pre>
     */
    default void watchRevocations(dev.securetoken.v1.WatchRevocationsRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.WatchRevocationsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchRevocationsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service TokenService.
   * <pre>
   * TokenService issues, checks and describes tokens.
   * Limits for every RPC: a token has at most 8,192 characters; a request message at most 64 KiB
   * (BatchValidateTokens: 1 MiB); messages are not compressed in either direction; a call that
   * names no deadline gets 5 seconds, and may ask for 60 at most. Anything beyond a limit is
   * RESOURCE_EXHAUSTED or INVALID_ARGUMENT.
   * No RPC that carries a token is NO_SIDE_EFFECTS: Connect would serve it by GET, with the token
   * in the URL and so in access logs.
   * </pre>
   */
  public static abstract class TokenServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return TokenServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service TokenService.
   * <pre>
   * TokenService issues, checks and describes tokens.
   * Limits for every RPC: a token has at most 8,192 characters; a request message at most 64 KiB
   * (BatchValidateTokens: 1 MiB); messages are not compressed in either direction; a call that
   * names no deadline gets 5 seconds, and may ask for 60 at most. Anything beyond a limit is
   * RESOURCE_EXHAUSTED or INVALID_ARGUMENT.
   * No RPC that carries a token is NO_SIDE_EFFECTS: Connect would serve it by GET, with the token
   * in the URL and so in access logs.
   * </pre>
   */
  public static final class TokenServiceStub
      extends io.grpc.stub.AbstractAsyncStub<TokenServiceStub> {
    private TokenServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TokenServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TokenServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * GenerateToken issues a token.
     * Who may call: callers that may issue tokens. On a server that listens on loopback without
     * configured callers, anyone.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) when an input breaks its rule; the detail's field
     * names the input.
     * </pre>
     */
    public void generateToken(dev.securetoken.v1.GenerateTokenRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.GenerateTokenResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGenerateTokenMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ValidateToken answers with a token's claims, or says why the token is not valid.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: TOKEN_EXPIRED or INVALID_TOKEN (UNAUTHENTICATED), field "token"; INVALID_TOKEN, field
     * "audience", when the token is not for the audience that the request requires; TOKEN_ERROR
     * (INVALID_ARGUMENT) for an audience that breaks its rule.
     * </pre>
     */
    public void validateToken(dev.securetoken.v1.ValidateTokenRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.ValidateTokenResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getValidateTokenMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * CheckPermission succeeds when the token is valid and holds the required permission. The
     * comparison is exact and case-sensitive.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: PERMISSION_DENIED (PERMISSION_DENIED) when the permission is missing, else those of
     * ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) when required_permission is too long.
     * </pre>
     */
    public void checkPermission(dev.securetoken.v1.CheckPermissionRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.CheckPermissionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCheckPermissionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * CheckPermissions tells for each of several permissions whether the token holds it. A missing
     * permission is an answer here, not an error.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: those of ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) for more than 256 permissions
     * or one that is too long.
     * </pre>
     */
    public void checkPermissions(dev.securetoken.v1.CheckPermissionsRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.CheckPermissionsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCheckPermissionsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * BatchValidateTokens validates up to 1,000 tokens in one call, whose message is at most 1 MiB: 127
     * of the longest tokens, and 1,000 of about 1,000 characters. It fails only for the caller's own
     * faults; what is wrong with a single token is told in that token's result.
     * Who may call: callers that may verify tokens.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT), field "tokens", for more than 1,000 tokens;
     * RESOURCE_EXHAUSTED for more than 1 MiB.
     * </pre>
     */
    public void batchValidateTokens(dev.securetoken.v1.BatchValidateTokensRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.BatchValidateTokensResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getBatchValidateTokensMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * RefreshToken issues a new token with the user_id, permissions, additional_data, audiences and
     * session of a valid one. The old token stays valid until it expires, unless revoke_old is set. No token
     * outlives its session: the server's maximum (720 hours unless configured) since the session's
     * first token was issued.
     * Who may call: callers that may issue tokens, and the token's own holder.
     * Errors: those of ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) for new_expires_in out of
     * range, for revoke_old on a server that keeps no revocations, and once the session has ended.
     * </pre>
     */
    public void refreshToken(dev.securetoken.v1.RefreshTokenRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.RefreshTokenResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRefreshTokenMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * GetTokenInfo answers with all that is known of a valid token.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: those of ValidateToken.
     * </pre>
     */
    public void getTokenInfo(dev.securetoken.v1.GetTokenInfoRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.GetTokenInfoResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetTokenInfoMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * IntrospectToken tells a token's state. No token makes it fail: an invalid one is a state.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: none about the token.
     * </pre>
     */
    public void introspectToken(dev.securetoken.v1.IntrospectTokenRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.IntrospectTokenResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getIntrospectTokenMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ExportConfig tells how this server makes tokens, without any key material.
     * Who may call: callers that administer the service.
     * Errors: none of its own.
     * </pre>
     */
    public void exportConfig(dev.securetoken.v1.ExportConfigRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.ExportConfigResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getExportConfigMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * RevokeTokens takes tokens back before they expire. It answers once the revocations are durable
     * and in force on this server, in every worker; other servers follow within a second, and none
     * vouches for a token without knowing (docs/revocation.md).
     * Who may call: callers that may revoke tokens; everything_issued_before, callers that may revoke
     * everything; and a token's own holder, for that token and its session.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) for more than 1,000 targets and for a target or a reason
     * that breaks its rule, before anything is revoked; TOKEN_ERROR with reason REVOCATION_NOT_ENABLED
     * on a server that keeps no revocations; UNAVAILABLE when they cannot be made durable. No token
     * makes it fail (RFC 7009, section 2.2): what became of each target is told in its result.
     * </pre>
     */
    public void revokeTokens(dev.securetoken.v1.RevokeTokensRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.RevokeTokensResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRevokeTokensMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ListRevocations lists the revocations in force, newest first (AIP-158).
     * Who may call: callers that may revoke tokens.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) for a page_size below 0 or a page_token of no earlier
     * answer; reason REVOCATION_NOT_ENABLED on a server that keeps no revocations.
     * </pre>
     */
    public void listRevocations(dev.securetoken.v1.ListRevocationsRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.ListRevocationsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListRevocationsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * WatchRevocations streams every revocation: first all that are in force, in pages, unless the
     * cursor says from where to go on; then each change; and a checkpoint every second, even when
     * nothing happens. Whoever keeps answers about tokens applies it, and vouches for none of them once
     * checkpoints stay away. The stream ends when the connection or the server does: begin again with
     * the last checkpoint's cursor. A watcher that does not read is cut off (RESOURCE_EXHAUSTED).
     * Who may call: callers that may verify or revoke tokens. Streams are bounded per connection and in
     * all (RESOURCE_EXHAUSTED).
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT), reason REVOCATION_NOT_ENABLED, on a server that keeps no
     * revocations.
     * </pre>
     */
    public void watchRevocations(dev.securetoken.v1.WatchRevocationsRequest request,
        io.grpc.stub.StreamObserver<dev.securetoken.v1.WatchRevocationsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchRevocationsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service TokenService.
   * <pre>
   * TokenService issues, checks and describes tokens.
   * Limits for every RPC: a token has at most 8,192 characters; a request message at most 64 KiB
   * (BatchValidateTokens: 1 MiB); messages are not compressed in either direction; a call that
   * names no deadline gets 5 seconds, and may ask for 60 at most. Anything beyond a limit is
   * RESOURCE_EXHAUSTED or INVALID_ARGUMENT.
   * No RPC that carries a token is NO_SIDE_EFFECTS: Connect would serve it by GET, with the token
   * in the URL and so in access logs.
   * </pre>
   */
  public static final class TokenServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<TokenServiceBlockingV2Stub> {
    private TokenServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TokenServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TokenServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * GenerateToken issues a token.
     * Who may call: callers that may issue tokens. On a server that listens on loopback without
     * configured callers, anyone.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) when an input breaks its rule; the detail's field
     * names the input.
     * </pre>
     */
    public dev.securetoken.v1.GenerateTokenResponse generateToken(dev.securetoken.v1.GenerateTokenRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGenerateTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ValidateToken answers with a token's claims, or says why the token is not valid.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: TOKEN_EXPIRED or INVALID_TOKEN (UNAUTHENTICATED), field "token"; INVALID_TOKEN, field
     * "audience", when the token is not for the audience that the request requires; TOKEN_ERROR
     * (INVALID_ARGUMENT) for an audience that breaks its rule.
     * </pre>
     */
    public dev.securetoken.v1.ValidateTokenResponse validateToken(dev.securetoken.v1.ValidateTokenRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getValidateTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * CheckPermission succeeds when the token is valid and holds the required permission. The
     * comparison is exact and case-sensitive.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: PERMISSION_DENIED (PERMISSION_DENIED) when the permission is missing, else those of
     * ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) when required_permission is too long.
     * </pre>
     */
    public dev.securetoken.v1.CheckPermissionResponse checkPermission(dev.securetoken.v1.CheckPermissionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCheckPermissionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * CheckPermissions tells for each of several permissions whether the token holds it. A missing
     * permission is an answer here, not an error.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: those of ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) for more than 256 permissions
     * or one that is too long.
     * </pre>
     */
    public dev.securetoken.v1.CheckPermissionsResponse checkPermissions(dev.securetoken.v1.CheckPermissionsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCheckPermissionsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * BatchValidateTokens validates up to 1,000 tokens in one call, whose message is at most 1 MiB: 127
     * of the longest tokens, and 1,000 of about 1,000 characters. It fails only for the caller's own
     * faults; what is wrong with a single token is told in that token's result.
     * Who may call: callers that may verify tokens.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT), field "tokens", for more than 1,000 tokens;
     * RESOURCE_EXHAUSTED for more than 1 MiB.
     * </pre>
     */
    public dev.securetoken.v1.BatchValidateTokensResponse batchValidateTokens(dev.securetoken.v1.BatchValidateTokensRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getBatchValidateTokensMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * RefreshToken issues a new token with the user_id, permissions, additional_data, audiences and
     * session of a valid one. The old token stays valid until it expires, unless revoke_old is set. No token
     * outlives its session: the server's maximum (720 hours unless configured) since the session's
     * first token was issued.
     * Who may call: callers that may issue tokens, and the token's own holder.
     * Errors: those of ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) for new_expires_in out of
     * range, for revoke_old on a server that keeps no revocations, and once the session has ended.
     * </pre>
     */
    public dev.securetoken.v1.RefreshTokenResponse refreshToken(dev.securetoken.v1.RefreshTokenRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRefreshTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetTokenInfo answers with all that is known of a valid token.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: those of ValidateToken.
     * </pre>
     */
    public dev.securetoken.v1.GetTokenInfoResponse getTokenInfo(dev.securetoken.v1.GetTokenInfoRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetTokenInfoMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * IntrospectToken tells a token's state. No token makes it fail: an invalid one is a state.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: none about the token.
     * </pre>
     */
    public dev.securetoken.v1.IntrospectTokenResponse introspectToken(dev.securetoken.v1.IntrospectTokenRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getIntrospectTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ExportConfig tells how this server makes tokens, without any key material.
     * Who may call: callers that administer the service.
     * Errors: none of its own.
     * </pre>
     */
    public dev.securetoken.v1.ExportConfigResponse exportConfig(dev.securetoken.v1.ExportConfigRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getExportConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * RevokeTokens takes tokens back before they expire. It answers once the revocations are durable
     * and in force on this server, in every worker; other servers follow within a second, and none
     * vouches for a token without knowing (docs/revocation.md).
     * Who may call: callers that may revoke tokens; everything_issued_before, callers that may revoke
     * everything; and a token's own holder, for that token and its session.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) for more than 1,000 targets and for a target or a reason
     * that breaks its rule, before anything is revoked; TOKEN_ERROR with reason REVOCATION_NOT_ENABLED
     * on a server that keeps no revocations; UNAVAILABLE when they cannot be made durable. No token
     * makes it fail (RFC 7009, section 2.2): what became of each target is told in its result.
     * </pre>
     */
    public dev.securetoken.v1.RevokeTokensResponse revokeTokens(dev.securetoken.v1.RevokeTokensRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRevokeTokensMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListRevocations lists the revocations in force, newest first (AIP-158).
     * Who may call: callers that may revoke tokens.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) for a page_size below 0 or a page_token of no earlier
     * answer; reason REVOCATION_NOT_ENABLED on a server that keeps no revocations.
     * </pre>
     */
    public dev.securetoken.v1.ListRevocationsResponse listRevocations(dev.securetoken.v1.ListRevocationsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListRevocationsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchRevocations streams every revocation: first all that are in force, in pages, unless the
     * cursor says from where to go on; then each change; and a checkpoint every second, even when
     * nothing happens. Whoever keeps answers about tokens applies it, and vouches for none of them once
     * checkpoints stay away. The stream ends when the connection or the server does: begin again with
     * the last checkpoint's cursor. A watcher that does not read is cut off (RESOURCE_EXHAUSTED).
     * Who may call: callers that may verify or revoke tokens. Streams are bounded per connection and in
     * all (RESOURCE_EXHAUSTED).
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT), reason REVOCATION_NOT_ENABLED, on a server that keeps no
     * revocations.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, dev.securetoken.v1.WatchRevocationsResponse>
        watchRevocations(dev.securetoken.v1.WatchRevocationsRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchRevocationsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service TokenService.
   * <pre>
   * TokenService issues, checks and describes tokens.
   * Limits for every RPC: a token has at most 8,192 characters; a request message at most 64 KiB
   * (BatchValidateTokens: 1 MiB); messages are not compressed in either direction; a call that
   * names no deadline gets 5 seconds, and may ask for 60 at most. Anything beyond a limit is
   * RESOURCE_EXHAUSTED or INVALID_ARGUMENT.
   * No RPC that carries a token is NO_SIDE_EFFECTS: Connect would serve it by GET, with the token
   * in the URL and so in access logs.
   * </pre>
   */
  public static final class TokenServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<TokenServiceBlockingStub> {
    private TokenServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TokenServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TokenServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * GenerateToken issues a token.
     * Who may call: callers that may issue tokens. On a server that listens on loopback without
     * configured callers, anyone.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) when an input breaks its rule; the detail's field
     * names the input.
     * </pre>
     */
    public dev.securetoken.v1.GenerateTokenResponse generateToken(dev.securetoken.v1.GenerateTokenRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGenerateTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ValidateToken answers with a token's claims, or says why the token is not valid.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: TOKEN_EXPIRED or INVALID_TOKEN (UNAUTHENTICATED), field "token"; INVALID_TOKEN, field
     * "audience", when the token is not for the audience that the request requires; TOKEN_ERROR
     * (INVALID_ARGUMENT) for an audience that breaks its rule.
     * </pre>
     */
    public dev.securetoken.v1.ValidateTokenResponse validateToken(dev.securetoken.v1.ValidateTokenRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getValidateTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * CheckPermission succeeds when the token is valid and holds the required permission. The
     * comparison is exact and case-sensitive.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: PERMISSION_DENIED (PERMISSION_DENIED) when the permission is missing, else those of
     * ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) when required_permission is too long.
     * </pre>
     */
    public dev.securetoken.v1.CheckPermissionResponse checkPermission(dev.securetoken.v1.CheckPermissionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCheckPermissionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * CheckPermissions tells for each of several permissions whether the token holds it. A missing
     * permission is an answer here, not an error.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: those of ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) for more than 256 permissions
     * or one that is too long.
     * </pre>
     */
    public dev.securetoken.v1.CheckPermissionsResponse checkPermissions(dev.securetoken.v1.CheckPermissionsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCheckPermissionsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * BatchValidateTokens validates up to 1,000 tokens in one call, whose message is at most 1 MiB: 127
     * of the longest tokens, and 1,000 of about 1,000 characters. It fails only for the caller's own
     * faults; what is wrong with a single token is told in that token's result.
     * Who may call: callers that may verify tokens.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT), field "tokens", for more than 1,000 tokens;
     * RESOURCE_EXHAUSTED for more than 1 MiB.
     * </pre>
     */
    public dev.securetoken.v1.BatchValidateTokensResponse batchValidateTokens(dev.securetoken.v1.BatchValidateTokensRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getBatchValidateTokensMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * RefreshToken issues a new token with the user_id, permissions, additional_data, audiences and
     * session of a valid one. The old token stays valid until it expires, unless revoke_old is set. No token
     * outlives its session: the server's maximum (720 hours unless configured) since the session's
     * first token was issued.
     * Who may call: callers that may issue tokens, and the token's own holder.
     * Errors: those of ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) for new_expires_in out of
     * range, for revoke_old on a server that keeps no revocations, and once the session has ended.
     * </pre>
     */
    public dev.securetoken.v1.RefreshTokenResponse refreshToken(dev.securetoken.v1.RefreshTokenRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRefreshTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetTokenInfo answers with all that is known of a valid token.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: those of ValidateToken.
     * </pre>
     */
    public dev.securetoken.v1.GetTokenInfoResponse getTokenInfo(dev.securetoken.v1.GetTokenInfoRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetTokenInfoMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * IntrospectToken tells a token's state. No token makes it fail: an invalid one is a state.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: none about the token.
     * </pre>
     */
    public dev.securetoken.v1.IntrospectTokenResponse introspectToken(dev.securetoken.v1.IntrospectTokenRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getIntrospectTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ExportConfig tells how this server makes tokens, without any key material.
     * Who may call: callers that administer the service.
     * Errors: none of its own.
     * </pre>
     */
    public dev.securetoken.v1.ExportConfigResponse exportConfig(dev.securetoken.v1.ExportConfigRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getExportConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * RevokeTokens takes tokens back before they expire. It answers once the revocations are durable
     * and in force on this server, in every worker; other servers follow within a second, and none
     * vouches for a token without knowing (docs/revocation.md).
     * Who may call: callers that may revoke tokens; everything_issued_before, callers that may revoke
     * everything; and a token's own holder, for that token and its session.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) for more than 1,000 targets and for a target or a reason
     * that breaks its rule, before anything is revoked; TOKEN_ERROR with reason REVOCATION_NOT_ENABLED
     * on a server that keeps no revocations; UNAVAILABLE when they cannot be made durable. No token
     * makes it fail (RFC 7009, section 2.2): what became of each target is told in its result.
     * </pre>
     */
    public dev.securetoken.v1.RevokeTokensResponse revokeTokens(dev.securetoken.v1.RevokeTokensRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRevokeTokensMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListRevocations lists the revocations in force, newest first (AIP-158).
     * Who may call: callers that may revoke tokens.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) for a page_size below 0 or a page_token of no earlier
     * answer; reason REVOCATION_NOT_ENABLED on a server that keeps no revocations.
     * </pre>
     */
    public dev.securetoken.v1.ListRevocationsResponse listRevocations(dev.securetoken.v1.ListRevocationsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListRevocationsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchRevocations streams every revocation: first all that are in force, in pages, unless the
     * cursor says from where to go on; then each change; and a checkpoint every second, even when
     * nothing happens. Whoever keeps answers about tokens applies it, and vouches for none of them once
     * checkpoints stay away. The stream ends when the connection or the server does: begin again with
     * the last checkpoint's cursor. A watcher that does not read is cut off (RESOURCE_EXHAUSTED).
     * Who may call: callers that may verify or revoke tokens. Streams are bounded per connection and in
     * all (RESOURCE_EXHAUSTED).
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT), reason REVOCATION_NOT_ENABLED, on a server that keeps no
     * revocations.
     * </pre>
     */
    public java.util.Iterator<dev.securetoken.v1.WatchRevocationsResponse> watchRevocations(
        dev.securetoken.v1.WatchRevocationsRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchRevocationsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service TokenService.
   * <pre>
   * TokenService issues, checks and describes tokens.
   * Limits for every RPC: a token has at most 8,192 characters; a request message at most 64 KiB
   * (BatchValidateTokens: 1 MiB); messages are not compressed in either direction; a call that
   * names no deadline gets 5 seconds, and may ask for 60 at most. Anything beyond a limit is
   * RESOURCE_EXHAUSTED or INVALID_ARGUMENT.
   * No RPC that carries a token is NO_SIDE_EFFECTS: Connect would serve it by GET, with the token
   * in the URL and so in access logs.
   * </pre>
   */
  public static final class TokenServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<TokenServiceFutureStub> {
    private TokenServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TokenServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TokenServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * GenerateToken issues a token.
     * Who may call: callers that may issue tokens. On a server that listens on loopback without
     * configured callers, anyone.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) when an input breaks its rule; the detail's field
     * names the input.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.securetoken.v1.GenerateTokenResponse> generateToken(
        dev.securetoken.v1.GenerateTokenRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGenerateTokenMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ValidateToken answers with a token's claims, or says why the token is not valid.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: TOKEN_EXPIRED or INVALID_TOKEN (UNAUTHENTICATED), field "token"; INVALID_TOKEN, field
     * "audience", when the token is not for the audience that the request requires; TOKEN_ERROR
     * (INVALID_ARGUMENT) for an audience that breaks its rule.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.securetoken.v1.ValidateTokenResponse> validateToken(
        dev.securetoken.v1.ValidateTokenRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getValidateTokenMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * CheckPermission succeeds when the token is valid and holds the required permission. The
     * comparison is exact and case-sensitive.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: PERMISSION_DENIED (PERMISSION_DENIED) when the permission is missing, else those of
     * ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) when required_permission is too long.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.securetoken.v1.CheckPermissionResponse> checkPermission(
        dev.securetoken.v1.CheckPermissionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCheckPermissionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * CheckPermissions tells for each of several permissions whether the token holds it. A missing
     * permission is an answer here, not an error.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: those of ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) for more than 256 permissions
     * or one that is too long.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.securetoken.v1.CheckPermissionsResponse> checkPermissions(
        dev.securetoken.v1.CheckPermissionsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCheckPermissionsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * BatchValidateTokens validates up to 1,000 tokens in one call, whose message is at most 1 MiB: 127
     * of the longest tokens, and 1,000 of about 1,000 characters. It fails only for the caller's own
     * faults; what is wrong with a single token is told in that token's result.
     * Who may call: callers that may verify tokens.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT), field "tokens", for more than 1,000 tokens;
     * RESOURCE_EXHAUSTED for more than 1 MiB.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.securetoken.v1.BatchValidateTokensResponse> batchValidateTokens(
        dev.securetoken.v1.BatchValidateTokensRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getBatchValidateTokensMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * RefreshToken issues a new token with the user_id, permissions, additional_data, audiences and
     * session of a valid one. The old token stays valid until it expires, unless revoke_old is set. No token
     * outlives its session: the server's maximum (720 hours unless configured) since the session's
     * first token was issued.
     * Who may call: callers that may issue tokens, and the token's own holder.
     * Errors: those of ValidateToken; TOKEN_ERROR (INVALID_ARGUMENT) for new_expires_in out of
     * range, for revoke_old on a server that keeps no revocations, and once the session has ended.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.securetoken.v1.RefreshTokenResponse> refreshToken(
        dev.securetoken.v1.RefreshTokenRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRefreshTokenMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * GetTokenInfo answers with all that is known of a valid token.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: those of ValidateToken.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.securetoken.v1.GetTokenInfoResponse> getTokenInfo(
        dev.securetoken.v1.GetTokenInfoRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetTokenInfoMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * IntrospectToken tells a token's state. No token makes it fail: an invalid one is a state.
     * Who may call: callers that may verify tokens, and the token's own holder.
     * Errors: none about the token.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.securetoken.v1.IntrospectTokenResponse> introspectToken(
        dev.securetoken.v1.IntrospectTokenRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getIntrospectTokenMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ExportConfig tells how this server makes tokens, without any key material.
     * Who may call: callers that administer the service.
     * Errors: none of its own.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.securetoken.v1.ExportConfigResponse> exportConfig(
        dev.securetoken.v1.ExportConfigRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getExportConfigMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * RevokeTokens takes tokens back before they expire. It answers once the revocations are durable
     * and in force on this server, in every worker; other servers follow within a second, and none
     * vouches for a token without knowing (docs/revocation.md).
     * Who may call: callers that may revoke tokens; everything_issued_before, callers that may revoke
     * everything; and a token's own holder, for that token and its session.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) for more than 1,000 targets and for a target or a reason
     * that breaks its rule, before anything is revoked; TOKEN_ERROR with reason REVOCATION_NOT_ENABLED
     * on a server that keeps no revocations; UNAVAILABLE when they cannot be made durable. No token
     * makes it fail (RFC 7009, section 2.2): what became of each target is told in its result.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.securetoken.v1.RevokeTokensResponse> revokeTokens(
        dev.securetoken.v1.RevokeTokensRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRevokeTokensMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ListRevocations lists the revocations in force, newest first (AIP-158).
     * Who may call: callers that may revoke tokens.
     * Errors: TOKEN_ERROR (INVALID_ARGUMENT) for a page_size below 0 or a page_token of no earlier
     * answer; reason REVOCATION_NOT_ENABLED on a server that keeps no revocations.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.securetoken.v1.ListRevocationsResponse> listRevocations(
        dev.securetoken.v1.ListRevocationsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListRevocationsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_GENERATE_TOKEN = 0;
  private static final int METHODID_VALIDATE_TOKEN = 1;
  private static final int METHODID_CHECK_PERMISSION = 2;
  private static final int METHODID_CHECK_PERMISSIONS = 3;
  private static final int METHODID_BATCH_VALIDATE_TOKENS = 4;
  private static final int METHODID_REFRESH_TOKEN = 5;
  private static final int METHODID_GET_TOKEN_INFO = 6;
  private static final int METHODID_INTROSPECT_TOKEN = 7;
  private static final int METHODID_EXPORT_CONFIG = 8;
  private static final int METHODID_REVOKE_TOKENS = 9;
  private static final int METHODID_LIST_REVOCATIONS = 10;
  private static final int METHODID_WATCH_REVOCATIONS = 11;

  private static final class MethodHandlers<Req, Resp> implements
      io.grpc.stub.ServerCalls.UnaryMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ServerStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ClientStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.BidiStreamingMethod<Req, Resp> {
    private final AsyncService serviceImpl;
    private final int methodId;

    MethodHandlers(AsyncService serviceImpl, int methodId) {
      this.serviceImpl = serviceImpl;
      this.methodId = methodId;
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public void invoke(Req request, io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_GENERATE_TOKEN:
          serviceImpl.generateToken((dev.securetoken.v1.GenerateTokenRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.GenerateTokenResponse>) responseObserver);
          break;
        case METHODID_VALIDATE_TOKEN:
          serviceImpl.validateToken((dev.securetoken.v1.ValidateTokenRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.ValidateTokenResponse>) responseObserver);
          break;
        case METHODID_CHECK_PERMISSION:
          serviceImpl.checkPermission((dev.securetoken.v1.CheckPermissionRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.CheckPermissionResponse>) responseObserver);
          break;
        case METHODID_CHECK_PERMISSIONS:
          serviceImpl.checkPermissions((dev.securetoken.v1.CheckPermissionsRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.CheckPermissionsResponse>) responseObserver);
          break;
        case METHODID_BATCH_VALIDATE_TOKENS:
          serviceImpl.batchValidateTokens((dev.securetoken.v1.BatchValidateTokensRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.BatchValidateTokensResponse>) responseObserver);
          break;
        case METHODID_REFRESH_TOKEN:
          serviceImpl.refreshToken((dev.securetoken.v1.RefreshTokenRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.RefreshTokenResponse>) responseObserver);
          break;
        case METHODID_GET_TOKEN_INFO:
          serviceImpl.getTokenInfo((dev.securetoken.v1.GetTokenInfoRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.GetTokenInfoResponse>) responseObserver);
          break;
        case METHODID_INTROSPECT_TOKEN:
          serviceImpl.introspectToken((dev.securetoken.v1.IntrospectTokenRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.IntrospectTokenResponse>) responseObserver);
          break;
        case METHODID_EXPORT_CONFIG:
          serviceImpl.exportConfig((dev.securetoken.v1.ExportConfigRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.ExportConfigResponse>) responseObserver);
          break;
        case METHODID_REVOKE_TOKENS:
          serviceImpl.revokeTokens((dev.securetoken.v1.RevokeTokensRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.RevokeTokensResponse>) responseObserver);
          break;
        case METHODID_LIST_REVOCATIONS:
          serviceImpl.listRevocations((dev.securetoken.v1.ListRevocationsRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.ListRevocationsResponse>) responseObserver);
          break;
        case METHODID_WATCH_REVOCATIONS:
          serviceImpl.watchRevocations((dev.securetoken.v1.WatchRevocationsRequest) request,
              (io.grpc.stub.StreamObserver<dev.securetoken.v1.WatchRevocationsResponse>) responseObserver);
          break;
        default:
          throw new AssertionError();
      }
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public io.grpc.stub.StreamObserver<Req> invoke(
        io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getGenerateTokenMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.securetoken.v1.GenerateTokenRequest,
              dev.securetoken.v1.GenerateTokenResponse>(
                service, METHODID_GENERATE_TOKEN)))
        .addMethod(
          getValidateTokenMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.securetoken.v1.ValidateTokenRequest,
              dev.securetoken.v1.ValidateTokenResponse>(
                service, METHODID_VALIDATE_TOKEN)))
        .addMethod(
          getCheckPermissionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.securetoken.v1.CheckPermissionRequest,
              dev.securetoken.v1.CheckPermissionResponse>(
                service, METHODID_CHECK_PERMISSION)))
        .addMethod(
          getCheckPermissionsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.securetoken.v1.CheckPermissionsRequest,
              dev.securetoken.v1.CheckPermissionsResponse>(
                service, METHODID_CHECK_PERMISSIONS)))
        .addMethod(
          getBatchValidateTokensMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.securetoken.v1.BatchValidateTokensRequest,
              dev.securetoken.v1.BatchValidateTokensResponse>(
                service, METHODID_BATCH_VALIDATE_TOKENS)))
        .addMethod(
          getRefreshTokenMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.securetoken.v1.RefreshTokenRequest,
              dev.securetoken.v1.RefreshTokenResponse>(
                service, METHODID_REFRESH_TOKEN)))
        .addMethod(
          getGetTokenInfoMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.securetoken.v1.GetTokenInfoRequest,
              dev.securetoken.v1.GetTokenInfoResponse>(
                service, METHODID_GET_TOKEN_INFO)))
        .addMethod(
          getIntrospectTokenMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.securetoken.v1.IntrospectTokenRequest,
              dev.securetoken.v1.IntrospectTokenResponse>(
                service, METHODID_INTROSPECT_TOKEN)))
        .addMethod(
          getExportConfigMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.securetoken.v1.ExportConfigRequest,
              dev.securetoken.v1.ExportConfigResponse>(
                service, METHODID_EXPORT_CONFIG)))
        .addMethod(
          getRevokeTokensMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.securetoken.v1.RevokeTokensRequest,
              dev.securetoken.v1.RevokeTokensResponse>(
                service, METHODID_REVOKE_TOKENS)))
        .addMethod(
          getListRevocationsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.securetoken.v1.ListRevocationsRequest,
              dev.securetoken.v1.ListRevocationsResponse>(
                service, METHODID_LIST_REVOCATIONS)))
        .addMethod(
          getWatchRevocationsMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              dev.securetoken.v1.WatchRevocationsRequest,
              dev.securetoken.v1.WatchRevocationsResponse>(
                service, METHODID_WATCH_REVOCATIONS)))
        .build();
  }

  private static abstract class TokenServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    TokenServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.securetoken.v1.TokenServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("TokenService");
    }
  }

  private static final class TokenServiceFileDescriptorSupplier
      extends TokenServiceBaseDescriptorSupplier {
    TokenServiceFileDescriptorSupplier() {}
  }

  private static final class TokenServiceMethodDescriptorSupplier
      extends TokenServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    TokenServiceMethodDescriptorSupplier(java.lang.String methodName) {
      this.methodName = methodName;
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
      return getServiceDescriptor().findMethodByName(methodName);
    }
  }

  private static volatile io.grpc.ServiceDescriptor serviceDescriptor;

  public static io.grpc.ServiceDescriptor getServiceDescriptor() {
    io.grpc.ServiceDescriptor result = serviceDescriptor;
    if (result == null) {
      synchronized (TokenServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new TokenServiceFileDescriptorSupplier())
              .addMethod(getGenerateTokenMethod())
              .addMethod(getValidateTokenMethod())
              .addMethod(getCheckPermissionMethod())
              .addMethod(getCheckPermissionsMethod())
              .addMethod(getBatchValidateTokensMethod())
              .addMethod(getRefreshTokenMethod())
              .addMethod(getGetTokenInfoMethod())
              .addMethod(getIntrospectTokenMethod())
              .addMethod(getExportConfigMethod())
              .addMethod(getRevokeTokensMethod())
              .addMethod(getListRevocationsMethod())
              .addMethod(getWatchRevocationsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
