package dev.securetoken.examples.reports;

import dev.securetoken.SecureTokenClient;
import dev.securetoken.SecureTokenClientBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.eclipse.jetty.server.Server;

/** The service as a process: settings come from its environment; README.md tells them. */
public final class Main {
  private Main() {}

  /**
   * Runs until the process is told to end.
   *
   * @param args none
   * @throws Exception when the port cannot be had
   */
  public static void main(String[] args) throws Exception {
    Map<String, String> env = System.getenv();
    try (SecureTokenClient client = connect(env)) {
      int port = Integer.parseInt(env.getOrDefault("PORT", "8090"));
      Server server = ReportsServer.create(client, port, seconds(env, "MAX_STALENESS_SECONDS", "10"));
      server.setStopAtShutdown(true);
      server.start();
      System.out.println("reports at " + server.getURI());
      server.join();
    }
  }

  private static SecureTokenClient connect(Map<String, String> env) throws IOException {
    String target = env.getOrDefault("SECURE_TOKEN_TARGET", "http://127.0.0.1:8080");
    SecureTokenClientBuilder builder =
        SecureTokenClient.builder(target)
            .apiKey(env.get("SECURE_TOKEN_API_KEY"))
            .defaultDeadline(seconds(env, "TIMEOUT_SECONDS", "5"));
    if (env.containsKey("SECURE_TOKEN_API_KEY_FILE")) {
      builder.apiKeyFile(Path.of(env.get("SECURE_TOKEN_API_KEY_FILE")));
    }
    if (env.containsKey("SECURE_TOKEN_CA_FILE")) {
      builder.trustedCertificates(Path.of(env.get("SECURE_TOKEN_CA_FILE")));
    }
    if ("1".equals(env.get("SECURE_TOKEN_PLAINTEXT"))) {
      builder.plaintext();
    }
    return builder.build();
  }

  private static Duration seconds(Map<String, String> env, String name, String fallback) {
    return Duration.ofMillis(Math.round(1000 * Double.parseDouble(env.getOrDefault(name, fallback))));
  }
}
