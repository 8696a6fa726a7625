package dev.securetoken.conformance;

import dev.securetoken.Requirement;
import dev.securetoken.SecureTokenClient;
import dev.securetoken.TokenGuard;
import dev.securetoken.servlet.TokenFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Servlets behind the package's filter, one server for each policy and connection. */
final class Guards implements AutoCloseable {
  private final Map<List<Object>, Server> servers = new HashMap<>();

  Map<String, Object> answer(String id, SecureTokenClient client, Members policy) {
    Server server = servers.get(List.of(client, policy));
    if (server == null) {
      try {
        server = start(new TokenFilter(guard(client), rules(policy)));
      } catch (IllegalArgumentException refused) {
        return Map.of("id", id, "ok", false, "error", Map.of("kind", "POLICY"));
      }
      servers.put(List.of(client, policy), server);
    }
    String address = "127.0.0.1:" + ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    return Map.of("id", id, "ok", true, "result", Map.of("address", address));
  }

  private static TokenGuard guard(SecureTokenClient client) {
    return TokenGuard.builder(client).onFault(fault -> {}).build();
  }

  private static Map<String, Requirement> rules(Members policy) {
    Map<String, Requirement> rules = new HashMap<>();
    policy.names().forEach(rule -> rules.put(rule, requirement(policy, rule)));
    return rules;
  }

  private static Requirement requirement(Members policy, String rule) {
    if (policy.get(rule) instanceof String) {
      switch (policy.text(rule)) {
        case "anyValidToken":
          return Requirement.anyValidToken();
        case "optional":
          return Requirement.optional();
        default:
          return Requirement.open();
      }
    }
    if (!policy.has(rule)) {
      return null;
    }
    Members named = policy.object(rule);
    return named.has("allOf")
        ? Requirement.allOf(named.texts("allOf").toArray(new String[0]))
        : Requirement.anyOf(named.texts("anyOf").toArray(new String[0]));
  }

  private static Server start(TokenFilter filter) {
    ServletContextHandler context = new ServletContextHandler();
    context.addFilter(new FilterHolder(filter), "/*", EnumSet.of(DispatcherType.REQUEST));
    context.addServlet(UserServlet.class, "/");
    Server server = new Server();
    HttpConfiguration http = new HttpConfiguration();
    http.setRequestHeaderSize(32 * 1024); // a token alone may have 8,192 characters
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(context);
    try {
      server.start();
    } catch (Exception error) {
      throw new IllegalStateException("no server can be started", error);
    }
    return server;
  }

  @Override
  public void close() {
    for (Server server : servers.values()) {
      try {
        server.stop();
      } catch (Exception error) {
        System.err.println(error);
      }
    }
  }

  /** Names the user of the request's token. */
  public static final class UserServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) {
      TokenFilter.optionalClaims(request)
          .ifPresent(claims -> response.setHeader("x-user", claims.userId()));
    }
  }
}
