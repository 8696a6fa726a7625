package dev.securetoken.conformance;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The members of a JSON object, {@code null} where there are none. */
final class Members {
  private final Map<?, ?> map;

  Members(Map<?, ?> map) {
    this.map = map;
  }

  boolean has(String name) {
    return map.get(name) != null;
  }

  Set<String> names() {
    return map.keySet().stream().map(String.class::cast).collect(Collectors.toSet());
  }

  Object get(String name) {
    return map.get(name);
  }

  String text(String name) {
    return (String) map.get(name);
  }

  String textOr(String name, String other) {
    return has(name) ? text(name) : other;
  }

  List<Members> objects(String name) {
    return has(name)
        ? ((List<?>) map.get(name))
            .stream().map(it -> new Members((Map<?, ?>) it)).collect(Collectors.toList())
        : List.of();
  }

  Members object(String name) {
    return new Members((Map<?, ?>) map.get(name));
  }

  @SuppressWarnings("unchecked")
  Map<String, Object> map(String name) {
    return (Map<String, Object>) map.get(name);
  }

  @SuppressWarnings("unchecked")
  List<String> texts(String name) {
    return has(name) ? (List<String>) map.get(name) : List.of();
  }

  /** protojson's {@code "3600.5s"}; its fraction has the sign of the whole. */
  Duration duration(String name) {
    String text = text(name);
    return text == null ? null : Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Members && map.equals(((Members) other).map);
  }

  @Override
  public int hashCode() {
    return map.hashCode();
  }
}
