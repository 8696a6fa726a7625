package dev.securetoken;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** additional_data between Java's values and a google.protobuf.Struct, which holds fewer. */
final class AdditionalData {
  /**
   * The server's limit. It holds here as well because a cycle must end somewhere, and because
   * decoders stop at 100 nested messages, of which every level of a Struct takes several.
   */
  private static final int MAX_LEVELS = 32;

  private AdditionalData() {}

  /**
   * A Struct that holds exactly what the map does. How large it may be is the server's to say.
   *
   * @throws TokenError naming the rule that it breaks
   */
  static Struct toStruct(Map<?, ?> data) {
    return toStruct(data, 1);
  }

  private static Struct toStruct(Map<?, ?> data, int level) {
    checkLevel(level);
    Struct.Builder struct = Struct.newBuilder();
    data.forEach(
        (name, value) -> {
          if (!(name instanceof String)) {
            throw Refusals.additionalData("must hold JSON values only");
          }
          struct.putFields(checkText((String) name), toValue(value, level));
        });
    return struct.build();
  }

  private static Value toValue(Object value, int level) {
    Value.Builder message = Value.newBuilder();
    if (value == null) {
      message.setNullValue(NullValue.NULL_VALUE);
    } else if (value instanceof Boolean) {
      message.setBoolValue((Boolean) value);
    } else if (value instanceof String) {
      message.setStringValue(checkText((String) value));
    } else if (value instanceof Number) {
      message.setNumberValue(toDouble((Number) value));
    } else if (value instanceof Map) {
      message.setStructValue(toStruct((Map<?, ?>) value, level + 1));
    } else if (value instanceof Collection) {
      message.setListValue(toList((Collection<?>) value, level + 1));
    } else {
      throw Refusals.additionalData("must hold JSON values only");
    }
    return message.build();
  }

  private static ListValue toList(Collection<?> items, int level) {
    checkLevel(level);
    ListValue.Builder list = ListValue.newBuilder();
    items.forEach(item -> list.addValues(toValue(item, level)));
    return list.build();
  }

  private static double toDouble(Number number) {
    if (number instanceof Double || number instanceof Float) {
      if (!Double.isFinite(number.doubleValue())) {
        throw Refusals.additionalData("must hold finite numbers only");
      }
      return number.doubleValue();
    }
    BigDecimal exact = toBigDecimal(number);
    boolean whole = exact.signum() == 0 || exact.stripTrailingZeros().scale() <= 0;
    if (whole && !JsonNumbers.isSafe(exact)) {
      throw Refusals.additionalData(
          "must hold integers from -(2^53 - 1) to 2^53 - 1 only: write a larger one as a string");
    }
    return number.doubleValue();
  }

  /** Integers of Java's own kinds, and those with a text that is a number. */
  private static BigDecimal toBigDecimal(Number number) {
    try {
      return new BigDecimal(number.toString());
    } catch (NumberFormatException noNumber) {
      throw Refusals.additionalData("must hold JSON values only");
    }
  }

  private static void checkLevel(int level) {
    // A cycle ends here too.
    if (level > MAX_LEVELS) {
      throw Refusals.additionalData("must be at most " + MAX_LEVELS + " levels deep");
    }
  }

  private static String checkText(String text) {
    if (!Utf16.isWellFormed(text)) {
      throw Refusals.additionalData("must hold well-formed Unicode only");
    }
    return text;
  }

  /** A Struct as Java's values. */
  static Map<String, Object> fromStruct(Struct struct) {
    Map<String, Object> map = new LinkedHashMap<>();
    struct.getFieldsMap().forEach((name, value) -> map.put(name, fromValue(value)));
    return Collections.unmodifiableMap(map);
  }

  private static Object fromValue(Value value) {
    switch (value.getKindCase()) {
      case BOOL_VALUE:
        return value.getBoolValue();
      case STRING_VALUE:
        return value.getStringValue();
      case NUMBER_VALUE:
        return JsonNumbers.fromDouble(value.getNumberValue());
      case STRUCT_VALUE:
        return fromStruct(value.getStructValue());
      case LIST_VALUE:
        List<Object> list = new ArrayList<>();
        value.getListValue().getValuesList().forEach(item -> list.add(fromValue(item)));
        return Collections.unmodifiableList(list);
      default:
        return null;
    }
  }
}
