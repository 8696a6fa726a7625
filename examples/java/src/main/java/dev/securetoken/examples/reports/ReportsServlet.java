package dev.securetoken.examples.reports;

import dev.securetoken.ValidToken;
import dev.securetoken.servlet.TokenFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Knows nothing of tokens but the claims that the filter hands on. */
public final class ReportsServlet extends HttpServlet {
  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    ValidToken reader = TokenFilter.claims(request);
    response.setContentType("text/plain;charset=utf-8");
    response.getWriter().println("Reports for " + reader.userId() + ": all is well.");
  }
}
