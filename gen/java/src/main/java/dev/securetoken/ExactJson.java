package dev.securetoken;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON text as Java's values, no digit of an integer lost. */
final class ExactJson {
  private ExactJson() {}

  /**
   * Reads an object.
   *
   * @throws IOException for any other text
   */
  static Map<String, Object> readObject(String text) throws IOException {
    try (JsonReader reader = new JsonReader(new StringReader(text))) {
      reader.setStrictness(Strictness.STRICT);
      if (reader.peek() != JsonToken.BEGIN_OBJECT) {
        throw new MalformedJsonException("not an object");
      }
      Map<String, Object> object = readMembers(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new MalformedJsonException("text after the object");
      }
      return object;
    }
  }

  private static Map<String, Object> readMembers(JsonReader reader) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    reader.beginObject();
    while (reader.hasNext()) {
      object.put(reader.nextName(), readValue(reader));
    }
    reader.endObject();
    return Collections.unmodifiableMap(object);
  }

  private static List<Object> readItems(JsonReader reader) throws IOException {
    List<Object> list = new ArrayList<>();
    reader.beginArray();
    while (reader.hasNext()) {
      list.add(readValue(reader));
    }
    reader.endArray();
    return Collections.unmodifiableList(list);
  }

  private static Object readValue(JsonReader reader) throws IOException {
    switch (reader.peek()) {
      case BEGIN_OBJECT:
        return readMembers(reader);
      case BEGIN_ARRAY:
        return readItems(reader);
      case STRING:
        return reader.nextString();
      case NUMBER:
        return JsonNumbers.fromText(reader.nextString());
      case BOOLEAN:
        return reader.nextBoolean();
      default:
        reader.nextNull();
        return null;
    }
  }
}
