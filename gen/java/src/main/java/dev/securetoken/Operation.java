package dev.securetoken;

import dev.securetoken.v1.BatchValidateTokensRequest;
import dev.securetoken.v1.BatchValidateTokensResponse;
import dev.securetoken.v1.CheckPermissionRequest;
import dev.securetoken.v1.CheckPermissionResponse;
import dev.securetoken.v1.CheckPermissionsRequest;
import dev.securetoken.v1.CheckPermissionsResponse;
import dev.securetoken.v1.ExportConfigRequest;
import dev.securetoken.v1.ExportConfigResponse;
import dev.securetoken.v1.GenerateTokenRequest;
import dev.securetoken.v1.GenerateTokenResponse;
import dev.securetoken.v1.GetTokenInfoRequest;
import dev.securetoken.v1.GetTokenInfoResponse;
import dev.securetoken.v1.IntrospectTokenRequest;
import dev.securetoken.v1.IntrospectTokenResponse;
import dev.securetoken.v1.RefreshTokenRequest;
import dev.securetoken.v1.RefreshTokenResponse;
import dev.securetoken.v1.ListRevocationsRequest;
import dev.securetoken.v1.ListRevocationsResponse;
import dev.securetoken.v1.RevokeTokensRequest;
import dev.securetoken.v1.RevokeTokensResponse;
import dev.securetoken.v1.TokenServiceGrpc;
import dev.securetoken.v1.ValidateTokenRequest;
import dev.securetoken.v1.ValidateTokenResponse;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;

/** An RPC and how its answer is read, for the blocking and the asynchronous client alike. */
final class Operation<Q, A, T> {
  static final Operation<GenerateTokenRequest, GenerateTokenResponse, IssuedToken> GENERATE =
      of(TokenServiceGrpc.getGenerateTokenMethod(), Responses::generated);
  static final Operation<ValidateTokenRequest, ValidateTokenResponse, ValidToken> VALIDATE =
      new Operation<>(TokenServiceGrpc.getValidateTokenMethod(), Responses::validated);
  static final Operation<CheckPermissionRequest, CheckPermissionResponse, Boolean> CHECK =
      new Operation<>(TokenServiceGrpc.getCheckPermissionMethod(), Responses::granted);
  static final Operation<CheckPermissionsRequest, CheckPermissionsResponse, List<PermissionResult>>
      CHECK_ALL = new Operation<>(TokenServiceGrpc.getCheckPermissionsMethod(), Responses::checked);
  static final Operation<BatchValidateTokensRequest, BatchValidateTokensResponse, List<BatchResult>>
      BATCH = new Operation<>(TokenServiceGrpc.getBatchValidateTokensMethod(), Responses::batch);
  static final Operation<
          BatchValidateTokensRequest,
          BatchValidateTokensResponse,
          List<CompletableFuture<ValidToken>>>
      EACH = new Operation<>(TokenServiceGrpc.getBatchValidateTokensMethod(), Responses::each);
  static final Operation<RefreshTokenRequest, RefreshTokenResponse, IssuedToken> REFRESH =
      of(TokenServiceGrpc.getRefreshTokenMethod(), Responses::refreshed);
  static final Operation<GetTokenInfoRequest, GetTokenInfoResponse, TokenInfo> INFO =
      of(TokenServiceGrpc.getGetTokenInfoMethod(), Responses::info);
  static final Operation<IntrospectTokenRequest, IntrospectTokenResponse, Introspection>
      INTROSPECT = of(TokenServiceGrpc.getIntrospectTokenMethod(), Responses::introspected);
  static final Operation<RevokeTokensRequest, RevokeTokensResponse, List<RevocationOutcome>>
      REVOKE = new Operation<>(TokenServiceGrpc.getRevokeTokensMethod(), Responses::revoked);
  static final Operation<ListRevocationsRequest, ListRevocationsResponse, RevocationPage>
      LIST_REVOCATIONS = of(TokenServiceGrpc.getListRevocationsMethod(), Responses::page);
  static final Operation<ExportConfigRequest, ExportConfigResponse, ServiceConfig> EXPORT_CONFIG =
      of(TokenServiceGrpc.getExportConfigMethod(), Responses::config);

  final MethodDescriptor<Q, A> method;
  final BiFunction<Q, A, T> read;

  private Operation(MethodDescriptor<Q, A> method, BiFunction<Q, A, T> read) {
    this.method = method;
    this.read = read;
  }

  private static <Q, A, T> Operation<Q, A, T> of(
      MethodDescriptor<Q, A> method, Function<A, T> read) {
    return new Operation<>(method, (request, answer) -> read.apply(answer));
  }
}
