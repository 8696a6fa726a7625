package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.rpc.ErrorInfo;
import dev.securetoken.v1.ErrorReason;
import dev.securetoken.v1.TokenErrorDetail;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorDetailsTest {
  @ParameterizedTest(name = "kind {0} is {1}")
  @CsvSource({
    "0, TokenError, TOKEN_ERROR",
    "1, TokenError, TOKEN_ERROR",
    "2, TokenExpiredError, TOKEN_EXPIRED",
    "3, InvalidTokenError, INVALID_TOKEN",
    "4, PermissionDeniedError, PERMISSION_DENIED",
    "99, TokenError, TOKEN_ERROR",
  })
  void theKindDecides(int kind, String name, TokenErrorKind expected) {
    TokenErrorDetail detail = TokenErrorDetail.newBuilder().setKindValue(kind).build();
    // A code that goes with none of the kinds.
    TokenError error =
        (TokenError)
            ErrorDetails.fromStatusRuntimeException(
                FakeTokenService.error(Status.Code.NOT_FOUND, "said", detail));
    assertEquals(name, error.getClass().getSimpleName());
    assertEquals(expected, error.kind());
    assertEquals(Status.Code.NOT_FOUND, error.statusCode());
    assertEquals("said", error.getMessage());
  }

  @Test
  void theTypedFacts() {
    TokenErrorDetail detail =
        TokenErrorDetail.newBuilder()
            .setKindValue(2)
            .setReason(ErrorReason.ERROR_REASON_TOKEN_EXPIRED)
            .setField("token")
            .setExpiredAt(Samples.timestamp(Samples.EXPIRES_AT))
            .build();
    StatusRuntimeException sent =
        FakeTokenService.error(Status.Code.UNAUTHENTICATED, "Token expired", detail);
    TokenExpiredError error = (TokenExpiredError) ErrorDetails.fromStatusRuntimeException(sent);
    assertEquals(Samples.EXPIRES_AT, error.expiredAt());
    assertEquals("TOKEN_EXPIRED", error.reason());
    assertEquals("token", error.field());
    assertSame(sent, error.getCause());
  }

  @Test
  void anExpiryThatIsNoneIs1970() {
    TokenErrorDetail.Builder detail = TokenErrorDetail.newBuilder().setKindValue(2);
    detail.getExpiredAtBuilder().setSeconds(Long.MAX_VALUE);
    TokenExpiredError error =
        (TokenExpiredError)
            ErrorDetails.fromStatusRuntimeException(
                FakeTokenService.error(Status.Code.UNAUTHENTICATED, "", detail.build()));
    assertEquals(Instant.EPOCH, error.expiredAt());
  }

  @Test
  void theRequiredPermission() {
    TokenErrorDetail detail =
        TokenErrorDetail.newBuilder().setKindValue(4).setRequiredPermission("admin").build();
    PermissionDeniedError error =
        (PermissionDeniedError)
            ErrorDetails.fromStatusRuntimeException(
                FakeTokenService.error(Status.Code.PERMISSION_DENIED, "", detail));
    assertEquals("admin", error.requiredPermission());
  }

  @Test
  void anUnknownReasonComesFromTheErrorInfoOfOurDomain() {
    TokenErrorDetail detail = TokenErrorDetail.newBuilder().setReasonValue(99).build();
    ErrorInfo theirs =
        ErrorInfo.newBuilder().setDomain("proxy.example").setReason("ERROR_REASON_NO").build();
    ErrorInfo ours =
        ErrorInfo.newBuilder()
            .setDomain("securetoken.v1")
            .setReason("ERROR_REASON_MOON_IS_FULL")
            .putMetadata("field", "moon")
            .putMetadata("phase", "full")
            .build();
    TokenError error =
        (TokenError)
            ErrorDetails.fromStatusRuntimeException(
                FakeTokenService.error(Status.Code.INTERNAL, "", theirs, ours, detail));
    assertEquals("MOON_IS_FULL", error.reason());
    assertEquals("moon", error.field());
    assertEquals(Map.of("phase", "full"), error.metadata());
  }

  @Test
  void withoutAReasonItIsUnspecified() {
    TokenErrorDetail detail = TokenErrorDetail.getDefaultInstance();
    TokenError error =
        (TokenError)
            ErrorDetails.fromStatusRuntimeException(
                FakeTokenService.error(Status.Code.INTERNAL, "", detail));
    assertEquals("UNSPECIFIED", error.reason());
  }

  @Test
  void withoutTokenErrorDetailItStaysAnRpcError() {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setDomain("securetoken.v1")
            .setReason("ERROR_REASON_TOKEN_MALFORMED")
            .build();
    StatusRuntimeException refusedCaller =
        FakeTokenService.error(Status.Code.UNAUTHENTICATED, "", info);
    assertSame(refusedCaller, ErrorDetails.fromStatusRuntimeException(refusedCaller));
    StatusRuntimeException bare = Status.UNAVAILABLE.asRuntimeException();
    assertSame(bare, ErrorDetails.fromStatusRuntimeException(bare));
  }

  @Test
  void garbageStaysAnRpcError() {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        new byte[] {-1, -1, -1});
    StatusRuntimeException error = Status.UNAUTHENTICATED.asRuntimeException(trailers);
    assertSame(error, ErrorDetails.fromStatusRuntimeException(error));
  }

  @Test
  void theyCanBeSerialized() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(Refusals.userId("must be a string"));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertEquals("USER_ID_INVALID", ((TokenError) in.readObject()).reason());
    }
  }
}
