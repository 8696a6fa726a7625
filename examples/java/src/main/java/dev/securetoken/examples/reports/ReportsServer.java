package dev.securetoken.examples.reports;

import dev.securetoken.Requirement;
import dev.securetoken.SecureTokenClient;
import dev.securetoken.TokenGuard;
import dev.securetoken.WatchedVerifier;
import dev.securetoken.servlet.TokenFilter;
import jakarta.servlet.DispatcherType;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Reports for those who may read them. */
final class ReportsServer {
  private ReportsServer() {}

  /**
   * A server on loopback that does not listen yet. Port 0 takes any free one; maxStaleness is how old
   * what is known of revocations may be before the token service is asked about every token.
   */
  static Server create(SecureTokenClient client, int port, Duration maxStaleness) {
    VerifierServlet.Counts counts = new VerifierServlet.Counts();
    WatchedVerifier verifier = // ends with the client
        WatchedVerifier.builder(client).maxStaleness(maxStaleness).listener(counts).build();
    TokenGuard guard = TokenGuard.builder(client).watch(verifier).build();
    TokenFilter filter =
        new TokenFilter(
            guard,
            Map.of(
                "GET /reports", Requirement.allOf("reports:read"),
                "GET /verifier", Requirement.open(),
                "GET /health", Requirement.open()));
    ServletContextHandler context = new ServletContextHandler();
    context.addServlet(HealthServlet.class, "/health");
    context.addServlet(ReportsServlet.class, "/reports");
    context.addServlet(new VerifierServlet(verifier::state, counts), "/verifier");
    // Everything goes through the filter: what no rule names is refused.
    context.addFilter(new FilterHolder(filter), "/*", EnumSet.of(DispatcherType.REQUEST));
    Server server = new Server();
    HttpConfiguration http = new HttpConfiguration();
    http.setRequestHeaderSize(32 * 1024); // a token alone may have 8,192 characters
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    server.addConnector(connector);
    server.setHandler(context);
    return server;
  }
}
