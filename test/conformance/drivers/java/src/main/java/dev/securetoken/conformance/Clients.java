package dev.securetoken.conformance;

import dev.securetoken.SecureTokenClient;
import dev.securetoken.SecureTokenClientBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** One client for each distinct connection. */
final class Clients implements AutoCloseable {
  private final Map<Members, SecureTokenClient> clients = new HashMap<>();

  SecureTokenClient get(Members connection) throws IOException {
    SecureTokenClient known = clients.get(connection);
    if (known != null) {
      return known;
    }
    SecureTokenClient made = connect(connection);
    clients.put(connection, made);
    return made;
  }

  /** A client that nobody shares. */
  static SecureTokenClient connect(Members connection) throws IOException {
    SecureTokenClientBuilder builder = SecureTokenClient.builder(connection.text("address"));
    if (connection.has("apiKey")) {
      builder.apiKey(connection.text("apiKey"));
    }
    if (connection.has("timeoutMs")) {
      long millis = ((Number) connection.get("timeoutMs")).longValue();
      builder.defaultDeadline(Duration.ofMillis(millis));
    }
    if (!connection.has("tls")) {
      return builder.plaintext().build();
    }
    Members tls = connection.object("tls");
    builder.trustedCertificates(Path.of(tls.text("caFile")));
    if (tls.has("certFile")) {
      builder.clientCertificate(Path.of(tls.text("certFile")), Path.of(tls.text("keyFile")));
    }
    return builder.build();
  }

  @Override
  public void close() {
    clients.values().forEach(SecureTokenClient::close);
  }
}
