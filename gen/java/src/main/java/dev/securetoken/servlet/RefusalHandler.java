package dev.securetoken.servlet;

import dev.securetoken.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers refused requests in the application's own way; see {@link TokenFilter.Builder}. */
@FunctionalInterface
public interface RefusalHandler {
  /**
   * Writes the answer.
   *
   * @param refusal why the request may not pass, and what the fixed answer would be
   * @param request the request
   * @param response the response, of which nothing is written yet
   * @throws IOException when it cannot be written; the fixed answer is sent where that is possible
   */
  void handle(Refusal refusal, HttpServletRequest request, HttpServletResponse response)
      throws IOException;
}
