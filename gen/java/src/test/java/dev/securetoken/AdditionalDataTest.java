package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdditionalDataTest {
  private static final long MAX_SAFE = 9_007_199_254_740_991L;

  @Test
  void whatJsonHoldsGoesInAndComesOut() {
    Map<String, Object> data = new HashMap<>();
    data.put("", "");
    data.put("nothing", null);
    data.put("yes", true);
    data.put("😀", "é\u0000\n");
    data.put("list", Arrays.asList(List.of(), Map.of(), 1L, -1.5, null));
    data.put("safe", List.of(MAX_SAFE, -MAX_SAFE));
    data.put("edges", List.of(Double.MAX_VALUE, Double.MIN_VALUE, -0.0));
    assertEquals(data, AdditionalData.fromStruct(AdditionalData.toStruct(data)));
  }

  @Test
  void numbersOfEveryKindAreTaken() {
    List<Number> numbers =
        List.of((byte) 1, (short) 1, 1, 1L, 1f, 1.0, BigInteger.ONE, new BigDecimal("1.0"));
    Object back = AdditionalData.fromStruct(AdditionalData.toStruct(Map.of("n", numbers))).get("n");
    assertEquals(List.of(1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L), back);
    assertEquals(
        Map.of("n", 0.1),
        AdditionalData.fromStruct(AdditionalData.toStruct(Map.of("n", new BigDecimal("0.1")))));
  }

  static Stream<Map<?, ?>> refused() {
    List<Object> cycle = new ArrayList<>();
    cycle.add(cycle);
    Map<Object, Object> nullName = new HashMap<>();
    nullName.put(null, 1);
    return Stream.of(
        Map.of("n", MAX_SAFE + 1),
        Map.of("n", new BigInteger("-18446744073709551615")),
        Map.of("n", new BigDecimal("1e400")),
        Map.of("n", Double.NaN),
        Map.of("n", Float.POSITIVE_INFINITY),
        Map.of("o", new Object()),
        Map.of("o", new int[] {1}),
        Map.of(1, 1),
        nullName,
        Map.of("t", "\ud83d"),
        Map.of("\ud83d", 1),
        Map.of("c", cycle));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatItDoesNotHoldIsRefused(Map<?, ?> data) {
    TokenError error = assertThrows(TokenError.class, () -> AdditionalData.toStruct(data));
    assertEquals("ADDITIONAL_DATA_INVALID", error.reason());
    assertEquals("additionalData", error.field());
  }

  @Test
  void thirtyTwoLevelsAndNoMore() {
    assertEquals(1, AdditionalData.toStruct(nested(32)).getFieldsCount());
    TokenError error = assertThrows(TokenError.class, () -> AdditionalData.toStruct(nested(33)));
    assertEquals("additional_data must be at most 32 levels deep", error.getMessage());
  }

  private static Map<String, Object> nested(int levels) {
    return levels == 1 ? Map.of() : Map.of("a", nested(levels - 1));
  }

  @Test
  void exactJson() throws IOException {
    String text =
        "{\"i64\":[9223372036854775807,-9223372036854775808],\"safe\":9007199254740991,"
            + "\"odd\":9007199254740993,\"e20\":1e20,\"one\":1.0,\"zero\":-0,\"null\":null,"
            + "\"b\":true,\"o\":{\"\":\"\"},\"half\":0.5}";
    Map<String, Object> data = ExactJson.readObject(text);
    assertEquals(
        List.of(BigInteger.valueOf(Long.MAX_VALUE), BigInteger.valueOf(Long.MIN_VALUE)),
        data.get("i64"));
    assertEquals(MAX_SAFE, data.get("safe"));
    assertEquals(new BigInteger("9007199254740993"), data.get("odd"));
    assertEquals(1e20, data.get("e20"));
    assertEquals(1L, data.get("one"));
    assertEquals(-0.0, data.get("zero"));
    assertTrue(data.containsKey("null"));
    assertEquals(Map.of("", ""), data.get("o"));
    assertEquals(
        List.of("i64", "safe", "odd", "e20", "one", "zero", "null", "b", "o", "half"),
        new ArrayList<>(data.keySet()),
        "in the token's order");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "{", "{} {}", "{a:1}", "{\"a\":NaN}", "1", "", "{\"a\":01}"})
  void otherTextIsNoObject(String text) {
    assertThrows(IOException.class, () -> ExactJson.readObject(text));
  }
}
