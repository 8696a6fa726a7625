package dev.securetoken;

import com.google.protobuf.Duration;
import dev.securetoken.v1.BatchValidateTokensRequest;
import dev.securetoken.v1.CheckPermissionRequest;
import dev.securetoken.v1.CheckPermissionsRequest;
import dev.securetoken.v1.GenerateTokenRequest;
import dev.securetoken.v1.GetTokenInfoRequest;
import dev.securetoken.v1.IntrospectTokenRequest;
import dev.securetoken.v1.RefreshTokenRequest;
import dev.securetoken.v1.RevokeTokensRequest;
import dev.securetoken.v1.ValidateTokenRequest;
import java.util.Collection;
import java.util.List;

/**
 * Arguments as request messages. What a message cannot carry is refused here, with the words and the
 * field of the server; every other rule is the server's to apply.
 */
final class Requests {
  private static final int MAX_TOKEN_LENGTH = 8192;

  private Requests() {}

  static GenerateTokenRequest generate(String userId, GenerateOptions options) {
    GenerateTokenRequest.Builder request = GenerateTokenRequest.newBuilder();
    if (options.lifetime() != null) {
      request.setExpiresIn(lifetime(options.lifetime(), "expires_in"));
    }
    for (String permission : options.permissionList()) {
      if (permission == null || !Utf16.isWellFormed(permission)) {
        throw Refusals.permission(request.getPermissionsCount(), permission == null);
      }
      request.addPermissions(permission);
    }
    for (String audience : options.audienceList()) {
      request.addAudiences(audience(audience, "audiences[" + request.getAudiencesCount() + "]"));
    }
    request.setAdditionalData(AdditionalData.toStruct(options.data()));
    return request.setUserId(userId(userId)).build();
  }

  static ValidateTokenRequest validate(String token, CheckOptions options) {
    return ValidateTokenRequest.newBuilder()
        .setAudience(audience(options))
        .setToken(token(token))
        .build();
  }

  static CheckPermissionRequest check(String token, String permission, CheckOptions options) {
    return CheckPermissionRequest.newBuilder()
        .setRequiredPermission(requiredPermission(permission, "required_permission"))
        .setAudience(audience(options))
        .setToken(token(token))
        .build();
  }

  static CheckPermissionsRequest checkAll(
      String token, Collection<String> permissions, CheckOptions options) {
    CheckPermissionsRequest.Builder request =
        CheckPermissionsRequest.newBuilder().setAudience(audience(options));
    for (String permission : permissions) {
      String field = "permissions[" + request.getPermissionsCount() + "]";
      request.addPermissions(requiredPermission(permission, field));
    }
    return request.setToken(token(token)).build();
  }

  static BatchValidateTokensRequest batch(List<String> tokens, CheckOptions options) {
    BatchValidateTokensRequest.Builder request =
        BatchValidateTokensRequest.newBuilder().setAudience(audience(options));
    tokens.forEach(token -> request.addTokens(anyToken(token)));
    return request.build();
  }

  static RefreshTokenRequest refresh(String token, RefreshOptions options) {
    RefreshTokenRequest.Builder request = RefreshTokenRequest.newBuilder().setToken(token(token));
    if (options.lifetime() != null) {
      request.setNewExpiresIn(lifetime(options.lifetime(), "new_expires_in"));
    }
    return request.setRevokeOld(options.revokesOld()).build();
  }

  static GetTokenInfoRequest info(String token) {
    return GetTokenInfoRequest.newBuilder().setToken(token(token)).build();
  }

  static IntrospectTokenRequest introspect(String token) {
    return IntrospectTokenRequest.newBuilder().setToken(anyToken(token)).build();
  }

  static RevokeTokensRequest revoke(List<RevocationTarget> targets, String reason) {
    RevokeTokensRequest.Builder request = RevokeTokensRequest.newBuilder().setReason(reason);
    targets.forEach(target -> request.addTargets(target.message));
    return request.build();
  }

  private static String userId(String userId) {
    if (userId == null) {
      throw Refusals.userId("must be a string");
    }
    if (!Utf16.isWellFormed(userId)) {
      throw Refusals.userId("must be well-formed Unicode");
    }
    return userId;
  }

  private static String requiredPermission(String permission, String field) {
    if (permission == null || !Utf16.isWellFormed(permission)) {
      throw Refusals.requiredPermission(field);
    }
    return permission;
  }

  /** The empty text, which a caller cannot ask for, requires none. */
  private static String audience(CheckOptions options) {
    return options.isForAnyAudience() ? "" : audience(options.audience(), "audience");
  }

  private static String audience(String audience, String field) {
    if (audience == null || audience.isEmpty()) {
      throw Refusals.audience(field, "be 1 to 256 characters long");
    }
    if (!Utf16.isWellFormed(audience)) {
      throw Refusals.audience(field, "be well-formed Unicode");
    }
    return audience;
  }

  private static Duration lifetime(java.time.Duration lifetime, String field) {
    return Times.toMessage(lifetime).orElseThrow(() -> Refusals.lifetime(field));
  }

  /** A token as it is sent; one that is missing is refused. */
  static String token(String token) {
    if (token == null) {
      throw Refusals.emptyToken();
    }
    return fit(token);
  }

  /** A token that must not make the call fail: the empty text stands for none. */
  static String anyToken(String token) {
    return token == null ? "" : fit(token);
  }

  /**
   * One character too many is enough for the server to call a token malformed. One that is far too
   * long would have the whole request refused instead, and a batch with it.
   */
  private static String fit(String token) {
    return token.length() > MAX_TOKEN_LENGTH ? token.substring(0, MAX_TOKEN_LENGTH + 1) : token;
  }
}
