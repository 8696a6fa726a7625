package dev.securetoken;

import com.google.protobuf.Duration;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import com.google.rpc.ErrorInfo;
import dev.securetoken.v1.ErrorReason;
import dev.securetoken.v1.TokenClaims;
import dev.securetoken.v1.TokenErrorDetail;
import dev.securetoken.v1.TokenErrorKind;
import dev.securetoken.v1.ValidateTokenResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.List;

/** Messages as the service sends them. */
public final class Samples {
  public static final Instant ISSUED_AT = Instant.parse("2030-01-02T03:04:05.678901Z");
  public static final Instant EXPIRES_AT = Instant.parse("2030-01-02T04:04:05.678901Z");

  private Samples() {}

  public static ValidateTokenResponse.Builder validated(String... permissions) {
    return ValidateTokenResponse.newBuilder()
        .setValid(true)
        .setTokenId("id-1")
        .setUserId("user-1")
        .addAllPermissions(List.of(permissions))
        .setIssuedAt(timestamp(ISSUED_AT))
        .setExpiresAt(timestamp(EXPIRES_AT))
        .setTimeRemaining(Duration.newBuilder().setSeconds(3599).setNanos(999_648_000))
        .setAdditionalData(data());
  }

  static TokenClaims.Builder claims() {
    return TokenClaims.newBuilder()
        .setTokenId("id-1")
        .setUserId("user-1")
        .addPermissions("read")
        .setIssuedAt(timestamp(ISSUED_AT))
        .setExpiresAt(timestamp(EXPIRES_AT))
        .setTimeRemaining(Duration.getDefaultInstance())
        .setAdditionalData(data());
  }

  static Struct.Builder data() {
    Value one = Value.newBuilder().setNumberValue(1).build();
    return Struct.newBuilder().putFields("level", one);
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  public static StatusRuntimeException invalidToken() {
    return FakeTokenService.error(
        Status.Code.UNAUTHENTICATED,
        "Token format is invalid",
        TokenErrorDetail.newBuilder()
            .setKind(TokenErrorKind.TOKEN_ERROR_KIND_INVALID_TOKEN)
            .setReason(ErrorReason.ERROR_REASON_TOKEN_MALFORMED)
            .setField("token"),
        ErrorInfo.newBuilder()
            .setReason("ERROR_REASON_TOKEN_MALFORMED")
            .putMetadata("field", "token"));
  }
}
