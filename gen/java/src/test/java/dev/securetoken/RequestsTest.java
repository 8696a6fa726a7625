package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RequestsTest {
  /** Half of a surrogate pair: protobuf would send a question mark in its place. */
  private static final String HALF = "user\ud83d";

  static Stream<Arguments> refused() {
    GenerateOptions options = GenerateOptions.defaults();
    Duration ages = Duration.ofSeconds(Long.MAX_VALUE);
    Duration agesAgo = Duration.ofSeconds(Long.MIN_VALUE);
    RefreshOptions refresh = RefreshOptions.defaults();
    CheckOptions check = CheckOptions.defaults();
    return Stream.of(
        row("userId", "USER_ID_INVALID", () -> Requests.generate(null, options)),
        row("userId", "USER_ID_INVALID", () -> Requests.generate(HALF, options)),
        row(
            "permissions[1]",
            "PERMISSION_INVALID",
            () -> Requests.generate("u", GenerateOptions.permissions("read", HALF))),
        row(
            "permissions[0]",
            "PERMISSION_INVALID",
            () -> Requests.generate("u", GenerateOptions.permissions(null, "read"))),
        row(
            "expiresIn",
            "EXPIRES_IN_OUT_OF_RANGE",
            () -> Requests.generate("u", options.expiresIn(ages))),
        row(
            "expiresIn",
            "EXPIRES_IN_OUT_OF_RANGE",
            () -> Requests.generate("u", options.expiresIn(agesAgo))),
        row(
            "newExpiresIn",
            "EXPIRES_IN_OUT_OF_RANGE",
            () -> Requests.refresh("t", refresh.expiresIn(ages))),
        row("token", "TOKEN_EMPTY", () -> Requests.validate(null, check)),
        row("token", "TOKEN_EMPTY", () -> Requests.info(null)),
        row(
            "requiredPermission",
            "REQUIRED_PERMISSION_INVALID",
            () -> Requests.check("t", null, check)),
        row(
            "permissions[1]",
            "REQUIRED_PERMISSION_INVALID",
            () -> Requests.checkAll("t", List.of("read", HALF), check)),
        row(
            "audiences[1]",
            "AUDIENCE_INVALID",
            () -> Requests.generate("u", options.audiences("orders", HALF))),
        row(
            "audiences[0]",
            "AUDIENCE_INVALID",
            () -> Requests.generate("u", options.audiences((String) null))),
        row(
            "audience",
            "AUDIENCE_INVALID",
            () -> Requests.validate("t", CheckOptions.audience(null))),
        row(
            "audience",
            "AUDIENCE_INVALID",
            () -> Requests.check("t", "read", CheckOptions.audience(""))),
        row(
            "audience",
            "AUDIENCE_INVALID",
            () -> Requests.checkAll("t", List.of("read"), CheckOptions.audience(""))),
        row(
            "audience",
            "AUDIENCE_INVALID",
            () -> Requests.batch(List.of("t"), CheckOptions.audience(HALF))));
  }

  private static Arguments row(String field, String reason, Executable request) {
    return Arguments.of(field, reason, request);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("refused")
  void whatNoMessageCanCarryIsRefused(String field, String reason, Executable request) {
    TokenError error = assertThrows(TokenError.class, request);
    assertEquals(field, error.field());
    assertEquals(reason, error.reason());
  }

  @Test
  void noTokenIsTheEmptyTextWhereItMustNotFail() {
    assertEquals("", Requests.introspect(null).getToken());
    List<String> sent =
        Requests.batch(Arrays.asList("a", null), CheckOptions.defaults()).getTokensList();
    assertEquals(List.of("a", ""), sent);
  }

  @Test
  void negativeDurationsHaveOneSign() {
    com.google.protobuf.Duration message =
        Times.toMessage(Duration.ofSeconds(-2, 250_000_000)).orElseThrow();
    assertEquals(-1, message.getSeconds());
    assertEquals(-750_000_000, message.getNanos());
    assertEquals(Duration.ofSeconds(-2, 250_000_000), Times.toDuration(message));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void wellFormedText(String text, boolean wellFormed) {
    assertEquals(wellFormed, Utf16.isWellFormed(text));
  }

  static Stream<Arguments> texts() {
    return Stream.of(
        Arguments.of("", true),
        Arguments.of("a\ud83d\ude00b", true),
        Arguments.of("\ud83d", false),
        Arguments.of("\ude00", false),
        Arguments.of("\ud83d\ud83d\ude00", false),
        Arguments.of("\ude00\ud83d", false));
  }
}
