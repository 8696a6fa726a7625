package dev.securetoken.testing;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.securetoken.v1.ErrorReason;
import dev.securetoken.v1.TokenErrorDetail;
import dev.securetoken.v1.TokenErrorKind;
import io.grpc.Status.Code;

/** What a stand-in says of a token: the service's own words and details. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  final transient Status status;

  private Refusal(Status status) {
    super(status.getMessage());
    this.status = status;
  }

  static Refusal malformed() {
    return unauthenticated(
        "Token format is invalid",
        detail(TokenErrorKind.TOKEN_ERROR_KIND_INVALID_TOKEN, ErrorReason.ERROR_REASON_TOKEN_MALFORMED));
  }

  static Refusal revoked() {
    return unauthenticated(
        "Token has been revoked",
        detail(TokenErrorKind.TOKEN_ERROR_KIND_INVALID_TOKEN, ErrorReason.ERROR_REASON_TOKEN_REVOKED));
  }

  static Refusal expired(com.google.protobuf.Timestamp at) {
    return unauthenticated(
        "Token expired",
        detail(TokenErrorKind.TOKEN_ERROR_KIND_TOKEN_EXPIRED, ErrorReason.ERROR_REASON_TOKEN_EXPIRED)
            .setExpiredAt(at));
  }

  static Refusal notGranted(String permission) {
    TokenErrorDetail.Builder detail =
        detail(
                TokenErrorKind.TOKEN_ERROR_KIND_PERMISSION_DENIED,
                ErrorReason.ERROR_REASON_PERMISSION_NOT_GRANTED)
            .setField("required_permission")
            .setRequiredPermission(permission);
    ErrorInfo.Builder info = info(detail).putMetadata("required_permission", permission);
    return of(Code.PERMISSION_DENIED, "Permission '" + permission + "' not granted", detail, info);
  }

  static Refusal notFor(String audience) {
    TokenErrorDetail.Builder detail =
        detail(
                TokenErrorKind.TOKEN_ERROR_KIND_INVALID_TOKEN,
                ErrorReason.ERROR_REASON_AUDIENCE_MISMATCH)
            .setField("audience");
    ErrorInfo.Builder info = info(detail).putMetadata("audience", audience);
    String message = "Token is not for audience '" + audience + "'";
    return of(Code.UNAUTHENTICATED, message, detail, info);
  }

  static Refusal noTarget() {
    TokenErrorDetail.Builder detail =
        detail(
                TokenErrorKind.TOKEN_ERROR_KIND_TOKEN_ERROR,
                ErrorReason.ERROR_REASON_REVOCATION_INVALID)
            .setField("targets");
    String message = "a target of RevokeTokens must name something";
    return of(Code.INVALID_ARGUMENT, message, detail, info(detail));
  }

  private static TokenErrorDetail.Builder detail(TokenErrorKind kind, ErrorReason reason) {
    return TokenErrorDetail.newBuilder().setKind(kind).setReason(reason).setField("token");
  }

  private static ErrorInfo.Builder info(TokenErrorDetail.Builder detail) {
    return ErrorInfo.newBuilder()
        .setDomain("securetoken.v1")
        .setReason(detail.getReason().name())
        .putMetadata("field", detail.getField());
  }

  private static Refusal unauthenticated(String message, TokenErrorDetail.Builder detail) {
    return of(Code.UNAUTHENTICATED, message, detail, info(detail));
  }

  private static Refusal of(
      Code code, String message, TokenErrorDetail.Builder detail, ErrorInfo.Builder info) {
    return new Refusal(
        Status.newBuilder()
            .setCode(code.value())
            .setMessage(message)
            .addDetails(Any.pack(detail.build()))
            .addDetails(Any.pack(info.build()))
            .build());
  }
}
