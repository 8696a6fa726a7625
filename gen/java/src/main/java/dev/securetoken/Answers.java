package dev.securetoken;

import com.google.protobuf.Duration;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What every answer must hold. In protobuf an absent field reads as a default, so an answer that
 * lacks it (an empty body from some proxy) is an RPC error, never a result.
 */
final class Answers {
  private Answers() {}

  static void require(boolean present, String field) {
    if (!present) {
      throw malformed("lacks " + field);
    }
  }

  static Instant instant(boolean present, Timestamp timestamp, String field) {
    require(present, field);
    return Times.toInstant(timestamp).orElseThrow(() -> malformed("holds no true " + field));
  }

  static java.time.Duration duration(boolean present, Duration duration, String field) {
    require(present, field);
    return Times.toDuration(duration);
  }

  /**
   * An answer to what required an audience; the empty text required none. A server that is too old to
   * know of audiences passes over the question: its answer must not pass for a yes.
   */
  static void requireChecked(String asked, String checked) {
    if (!checked.equals(asked)) {
      throw malformed("does not say that the audience was checked");
    }
  }

  /** Results are told apart by their position alone. */
  static void requireCount(List<?> results, int asked) {
    if (results.size() != asked) {
      throw malformed("holds " + results.size() + " results where " + asked + " were asked for");
    }
  }

  /** The exact text where there is one, else the Struct. */
  static Map<String, Object> additionalData(Struct data, String json) {
    if (json.isEmpty()) {
      return AdditionalData.fromStruct(data);
    }
    try {
      return ExactJson.readObject(json);
    } catch (IOException | NumberFormatException noJson) {
      throw malformed("holds an additional_data_json that is no JSON object");
    }
  }

  static StatusRuntimeException malformed(String text) {
    return Status.INTERNAL.withDescription("the server's answer " + text).asRuntimeException();
  }
}
