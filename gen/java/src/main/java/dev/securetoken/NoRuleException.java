package dev.securetoken;

/** What a fault handler is told when a request is refused because no rule names it. */
public final class NoRuleException extends RuntimeException {
  private static final int MAX_SHOWN = 200;

  NoRuleException(String request) {
    super("no rule names " + shown(request));
  }

  private static String shown(String request) {
    String cut = request.length() > MAX_SHOWN ? request.substring(0, MAX_SHOWN) : request;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
