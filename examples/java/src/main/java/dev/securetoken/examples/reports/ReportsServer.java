package dev.securetoken.examples.reports;

import dev.securetoken.SecureTokenClient;
import dev.securetoken.TokenGuard;
import dev.securetoken.servlet.TokenFilter;
import jakarta.servlet.DispatcherType;
import java.time.Duration;
import java.util.EnumSet;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

/** Reports for those who may read them. */
final class ReportsServer {
  private ReportsServer() {}

  /** A server that does not listen yet. Port 0 takes any free one. */
  static Server create(SecureTokenClient client, int port) {
    TokenGuard readers =
        TokenGuard.builder(client)
            .requirePermission("reports:read")
            .cache(Duration.ofSeconds(2), 10_000)
            .build();
    ServletContextHandler context = new ServletContextHandler();
    context.addServlet(HealthServlet.class, "/health");
    context.addServlet(ReportsServlet.class, "/reports");
    context.addFilter(
        new FilterHolder(new TokenFilter(readers)), "/reports", EnumSet.of(DispatcherType.REQUEST));
    Server server = new Server(port);
    server.setHandler(context);
    return server;
  }
}
