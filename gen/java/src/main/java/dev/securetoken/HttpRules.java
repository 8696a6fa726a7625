package dev.securetoken;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the requests of an HTTP server require, by method and path.
 *
 * <p>A rule is a method or {@code *}, a space, and a path: {@code "GET /notes"}, {@code "*
 * /health"}. A path that ends with {@code /*} stands for all that begin with what is before the
 * star. Of several rules the exact path counts before a star, the longer path before the shorter,
 * then the method before {@code *}. HEAD is asked as GET. What no rule names is refused.
 *
 * <p>No rule names a path that others might read in another way: one with an empty or a dot segment,
 * a backslash or a semicolon, or an encoded slash, dot, backslash, percent sign or NUL; nor one that
 * another rule with another requirement names but for the last slash.
 */
public final class HttpRules {
  private static final Pattern METHOD = Pattern.compile("\\*|[A-Z]+");

  private final Map<String, Requirement> exact = new HashMap<>();
  private final Map<String, Requirement> prefixes = new HashMap<>();

  /** The exact ones without their last slashes. */
  private final Map<String, Requirement> trimmed = new HashMap<>();

  /**
   * The length of the longest prefix. Nothing is looked up beyond it: a path of many segments would
   * take the square of its length.
   */
  private int longest;

  private HttpRules() {}

  /**
   * Copies and checks rules.
   *
   * @param rules requirements by rule, one at least
   * @return the rules
   * @throws IllegalArgumentException naming a rule that cannot work
   */
  public static HttpRules of(Map<String, Requirement> rules) {
    if (rules == null || rules.isEmpty()) {
      throw new IllegalArgumentException("there is no rule: everything would be refused");
    }
    HttpRules parsed = new HttpRules();
    rules.forEach(parsed::add);
    return parsed;
  }

  private void add(String rule, Requirement requirement) {
    int space = rule == null ? -1 : rule.indexOf(' ');
    String method = space < 0 ? "" : rule.substring(0, space);
    String path = space < 0 ? "" : rule.substring(space + 1);
    if (!METHOD.matcher(method).matches() || !path.startsWith("/")) {
      throw bad(rule, "must be a method or *, a space, and a path: \"GET /notes\"");
    }
    if (method.equals("HEAD")) {
      throw bad(rule, "asks for HEAD, which is asked as GET");
    }
    boolean isPrefix = path.endsWith("*");
    String prefix = isPrefix ? path.substring(0, path.length() - 1) : path;
    if (prefix.contains("*") || (isPrefix && !prefix.endsWith("/"))) {
      throw bad(rule, "has a star that does not stand for whole segments at the end: /notes/*");
    }
    if (!isPlain(prefix, prefix)) {
      throw bad(rule, "has a path that can match no request");
    }
    if (requirement == null) {
      throw bad(rule, "has no requirement");
    }
    (isPrefix ? prefixes : exact).put(method + " " + prefix, requirement);
    if (isPrefix) {
      longest = Math.max(longest, prefix.length());
      return;
    }
    Requirement twin = trimmed.put(method + " " + trim(prefix), requirement);
    if (twin != null && !twin.requiresAs(requirement)) {
      throw bad(rule, "differs from another by its last slash alone: many routers read both as one");
    }
  }

  private static String trim(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private static IllegalArgumentException bad(String rule, String fault) {
    return new IllegalArgumentException("rule \"" + rule + "\" " + fault);
  }

  /**
   * What a request requires.
   *
   * @param method the method
   * @param path the decoded path, as the application routes by it
   * @param rawPath the path as it was sent, without the query
   * @return the requirement; empty where no rule names the request
   */
  public Optional<Requirement> find(String method, String path, String rawPath) {
    if (!isPlain(path, rawPath)) {
      return Optional.empty();
    }
    String asked = method.equals("HEAD") ? "GET" : method;
    Requirement found = either(exact, asked, path);
    for (int end = path.lastIndexOf('/', longest - 1);
        found == null && end >= 0;
        end = path.lastIndexOf('/', end - 1)) {
      found = either(prefixes, asked, path.substring(0, end + 1));
    }
    // Where the router ignores the last slash, another rule may name the same handler.
    Requirement other = either(trimmed, asked, trim(path));
    boolean isDoubtful = found != null && other != null && !other.requiresAs(found);
    return isDoubtful ? Optional.empty() : Optional.ofNullable(found);
  }

  private static Requirement either(Map<String, Requirement> rules, String method, String path) {
    Requirement found = rules.get(method + " " + path);
    return found == null ? rules.get("* " + path) : found;
  }

  /** A path that every reader splits alike. Containers take apart what was sent. */
  private static boolean isPlain(String path, String rawPath) {
    return path.indexOf('%') < 0 && isPlain(path) && isPlain(rawPath) && !hasEncoded(rawPath);
  }

  private static boolean isPlain(String path) {
    if (!path.startsWith("/") || path.contains("//")) {
      return false;
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '\\' || c == ';' || c == 0) {
        return false;
      }
    }
    for (String segment : path.split("/", -1)) {
      if (segment.equals(".") || segment.equals("..")) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasEncoded(String rawPath) {
    for (int i = rawPath.indexOf('%'); i >= 0; i = rawPath.indexOf('%', i + 1)) {
      String digits = rawPath.substring(i + 1, Math.min(i + 3, rawPath.length()));
      switch (digits.toLowerCase(Locale.ROOT)) {
        case "2f":
        case "2e":
        case "5c":
        case "25":
        case "00":
        case "3b":
          return true;
        default:
      }
    }
    return false;
  }
}
