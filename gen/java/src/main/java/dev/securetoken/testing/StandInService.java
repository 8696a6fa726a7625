package dev.securetoken.testing;

import dev.securetoken.v1.BatchValidateTokensRequest;
import dev.securetoken.v1.BatchValidateTokensResponse;
import dev.securetoken.v1.BatchValidateTokensResult;
import dev.securetoken.v1.CheckPermissionRequest;
import dev.securetoken.v1.CheckPermissionResponse;
import dev.securetoken.v1.CheckPermissionsRequest;
import dev.securetoken.v1.CheckPermissionsResponse;
import dev.securetoken.v1.GenerateTokenRequest;
import dev.securetoken.v1.GenerateTokenResponse;
import dev.securetoken.v1.IntrospectTokenRequest;
import dev.securetoken.v1.IntrospectTokenResponse;
import dev.securetoken.v1.PermissionResult;
import dev.securetoken.v1.RevocationResult;
import dev.securetoken.v1.RevokeTokensRequest;
import dev.securetoken.v1.RevokeTokensResponse;
import dev.securetoken.v1.TokenClaims;
import dev.securetoken.v1.TokenServiceGrpc.TokenServiceImplBase;
import dev.securetoken.v1.TokenState;
import dev.securetoken.v1.ValidateTokenRequest;
import dev.securetoken.v1.ValidateTokenResponse;
import dev.securetoken.v1.WatchRevocationsRequest;
import dev.securetoken.v1.WatchRevocationsResponse;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.function.Supplier;

/** The RPCs of a stand-in that programs which check tokens use. Others are UNIMPLEMENTED. */
final class StandInService extends TokenServiceImplBase {
  private static final Duration DEFAULT_LIFETIME = Duration.ofHours(24);

  private final Tokens tokens;
  private final Feeds feeds;

  StandInService(Tokens tokens, Feeds feeds) {
    this.tokens = tokens;
    this.feeds = feeds;
  }

  @Override
  public void generateToken(
      GenerateTokenRequest request, StreamObserver<GenerateTokenResponse> observer) {
    TokenClaims.Builder claims =
        TokenClaims.newBuilder()
            .setUserId(request.getUserId())
            .addAllPermissions(request.getPermissionsList())
            .setAdditionalData(request.getAdditionalData())
            .addAllAudiences(request.getAudiencesList());
    Duration lifetime =
        request.hasExpiresIn()
            ? Duration.ofSeconds(
                request.getExpiresIn().getSeconds(), request.getExpiresIn().getNanos())
            : DEFAULT_LIFETIME;
    String token = tokens.issue(claims, lifetime);
    answer(
        observer,
        () ->
            GenerateTokenResponse.newBuilder()
                .setToken(token)
                .setTokenId(claims.getTokenId())
                .setUserId(claims.getUserId())
                .addAllPermissions(claims.getPermissionsList())
                .setIssuedAt(claims.getIssuedAt())
                .setExpiresAt(claims.getExpiresAt())
                .setAdditionalData(claims.getAdditionalData())
                .setSessionId(claims.getSessionId())
                .setKeyId(claims.getKeyId())
                .addAllAudiences(claims.getAudiencesList())
                .build());
  }

  @Override
  public void validateToken(
      ValidateTokenRequest request, StreamObserver<ValidateTokenResponse> observer) {
    answer(
        observer,
        () -> {
          TokenClaims claims = tokens.validate(request.getToken(), request.getAudience());
          return ValidateTokenResponse.newBuilder()
              .setValid(true)
              .setTokenId(claims.getTokenId())
              .setUserId(claims.getUserId())
              .addAllPermissions(claims.getPermissionsList())
              .setIssuedAt(claims.getIssuedAt())
              .setExpiresAt(claims.getExpiresAt())
              .setTimeRemaining(claims.getTimeRemaining())
              .setAdditionalData(claims.getAdditionalData())
              .setSessionId(claims.getSessionId())
              .setKeyId(claims.getKeyId())
              .setSessionStartedAt(claims.getSessionStartedAt())
              .addAllAudiences(claims.getAudiencesList())
              .setCheckedAudience(claims.getCheckedAudience())
              .build();
        });
  }

  @Override
  public void checkPermission(
      CheckPermissionRequest request, StreamObserver<CheckPermissionResponse> observer) {
    answer(
        observer,
        () -> {
          TokenClaims claims = tokens.validate(request.getToken(), request.getAudience());
          if (!claims.getPermissionsList().contains(request.getRequiredPermission())) {
            throw Refusal.notGranted(request.getRequiredPermission());
          }
          return CheckPermissionResponse.newBuilder()
              .setGranted(true)
              .setCheckedAudience(claims.getCheckedAudience())
              .build();
        });
  }

  @Override
  public void checkPermissions(
      CheckPermissionsRequest request, StreamObserver<CheckPermissionsResponse> observer) {
    answer(
        observer,
        () -> {
          TokenClaims claims = tokens.validate(request.getToken(), request.getAudience());
          CheckPermissionsResponse.Builder response =
              CheckPermissionsResponse.newBuilder().setCheckedAudience(claims.getCheckedAudience());
          for (String permission : request.getPermissionsList()) {
            boolean isGranted = claims.getPermissionsList().contains(permission);
            response.addResults(
                PermissionResult.newBuilder().setPermission(permission).setGranted(isGranted));
          }
          return response.build();
        });
  }

  @Override
  public void batchValidateTokens(
      BatchValidateTokensRequest request, StreamObserver<BatchValidateTokensResponse> observer) {
    BatchValidateTokensResponse.Builder response = BatchValidateTokensResponse.newBuilder();
    request
        .getTokensList()
        .forEach(token -> response.addResults(result(token, request.getAudience())));
    answer(observer, response::build);
  }

  private BatchValidateTokensResult result(String token, String audience) {
    try {
      return BatchValidateTokensResult.newBuilder()
          .setClaims(tokens.validate(token, audience))
          .build();
    } catch (Refusal refusal) {
      return BatchValidateTokensResult.newBuilder().setError(refusal.status).build();
    }
  }

  @Override
  public void introspectToken(
      IntrospectTokenRequest request, StreamObserver<IntrospectTokenResponse> observer) {
    IntrospectTokenResponse.Builder response =
        IntrospectTokenResponse.newBuilder().setState(TokenState.TOKEN_STATE_INVALID);
    TokenClaims claims = tokens.find(request.getToken());
    if (claims != null) {
      response.setState(state(claims)).setClaims(claims).setKeyId(claims.getKeyId());
    }
    answer(observer, response::build);
  }

  private TokenState state(TokenClaims claims) {
    if (tokens.isExpired(claims)) {
      return TokenState.TOKEN_STATE_EXPIRED;
    }
    return tokens.isRevoked(claims)
        ? TokenState.TOKEN_STATE_REVOKED
        : TokenState.TOKEN_STATE_ACTIVE;
  }

  @Override
  public void revokeTokens(
      RevokeTokensRequest request, StreamObserver<RevokeTokensResponse> observer) {
    answer(
        observer,
        () -> {
          RevokeTokensResponse.Builder response = RevokeTokensResponse.newBuilder();
          request
              .getTargetsList()
              .forEach(
                  target ->
                      response.addResults(
                          RevocationResult.newBuilder()
                              .setOutcome(tokens.revoke(target, request.getReason()))));
          feeds.changed();
          return response.build();
        });
  }

  @Override
  public void watchRevocations(
      WatchRevocationsRequest request, StreamObserver<WatchRevocationsResponse> observer) {
    feeds.add(observer);
  }

  private static <T> void answer(StreamObserver<T> observer, Supplier<T> make) {
    T response;
    try {
      response = make.get();
    } catch (Refusal refusal) {
      observer.onError(StatusProto.toStatusRuntimeException(refusal.status));
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }
}
