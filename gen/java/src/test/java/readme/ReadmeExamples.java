package readme;

import dev.securetoken.*;
import dev.securetoken.grpc.*;
import dev.securetoken.servlet.*;
import dev.securetoken.spring.*;
import dev.securetoken.testing.*;
import io.grpc.*;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.*;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

// Of the types that stand around the examples.
import jakarta.servlet.ServletContext;
import java.io.IOException;

/** The examples of README.md, so that the compiler reads them with its imports; {@code ReadmeTest} compares. */
final class ReadmeExamples {
  private ReadmeExamples() {}

  static void calls() {
    try (SecureTokenClient client =
        SecureTokenClient.builder("http://127.0.0.1:8080").build()) {
      IssuedToken issued =
          client.generateToken(
              "user_123",
              GenerateOptions.permissions("read", "write")
                  .expiresIn(Duration.ofHours(1))
                  .additionalData(Map.of("role", "admin")));

      ValidToken token = client.validateToken(issued.token());
      System.out.println(token.userId() + " for " + token.timeRemainingText());

      client.checkPermission(issued.token(), "read"); // or PermissionDeniedError
    }
  }

  static String errors(SecureTokenClient client, String token) {
    try {
      client.checkPermission(token, "reports:read");
    } catch (TokenExpiredError error) {
      return "expired at " + error.expiredAt();
    } catch (InvalidTokenError error) {
      return "not a token of ours: " + error.reason();
    } catch (PermissionDeniedError error) {
      return "lacks " + error.requiredPermission();
    } catch (TokenError error) {
      return error.field() + " breaks a rule: " + error.reason();
    } catch (StatusRuntimeException error) {
      return "nothing is known of the token: " + error.getStatus().getCode();
    }
    return "permitted";
  }

  static SecureTokenClient connection() throws IOException {
    SecureTokenClient client =
        SecureTokenClient.builder("https://tokens.internal:8443")
            .trustedCertificates(Path.of("ca.pem"))
            .clientCertificate(Path.of("client.pem"), Path.of("client-key.pem"))
            .apiKey(System.getenv("SECURE_TOKEN_API_KEY"))
            .defaultDeadline(Duration.ofSeconds(2))
            .build();
    return client;
  }

  static void protect(
      SecureTokenClient client,
      BindableService reports,
      ServerBuilder<?> builder,
      ServletContext context) {
    TokenGuard guard = TokenGuard.builder(client).build();
    TokenServerInterceptor tokens =
        new TokenServerInterceptor(
            guard,
            Map.of(
                "/reports.v1.Reports/", Requirement.allOf("reports:read"),
                "/grpc.health.v1.Health/", Requirement.open()));
    Server server = builder.addService(reports).intercept(tokens).build();
    tokens.check(server); // refuses rules for what the server does not serve
    Map<String, Requirement> rules =
        Map.of(
            "GET /reports/*", Requirement.allOf("reports:read"),
            "POST /reports", Requirement.anyOf("reports:write", "admin"),
            "GET /profile", Requirement.anyValidToken(),
            "GET /", Requirement.optional(),
            "* /health", Requirement.open());
    context
        .addFilter("tokens", new TokenFilter(guard, rules))
        .addMappingForUrlPatterns(null, false, "/*");
  }

  static int admit(TokenGuard guard, String authorization) {
    Admission admission =
        guard.admit(Requirement.allOf("reports:read"), List.of(authorization)).join();
    if (admission.refusal().isPresent()) {
      return admission.refusal().get().status(); // 401, 403 or 503; challenge() and body() go with it
    }
    System.out.println(admission.token().userId());
    return 200;
  }

  static TokenAuthenticationFilter secondFilterOfSpring() {
    return new TokenAuthenticationFilter();
  }

  static void watch(SecureTokenClient client, String token) {
    TokenGuard watching = TokenGuard.builder(client).watch().build();

    WatchedVerifier verifier = // for who has no guard, or several
        WatchedVerifier.builder(client).maxStaleness(Duration.ofSeconds(5)).build();
    ValidToken claims = verifier.verify(token);
    verifier.verify(token, "reports:read");
  }

  static void testing() {
    try (TokenServiceStandIn service = new TokenServiceStandIn();
        SecureTokenClient client = SecureTokenClient.builder(service.address()).build()) {
      String token = service.issue("user_123", "reports:read");
      client.validateToken(token);
      service.revoke(token); // client.validateToken(token) is an InvalidTokenError from now on
      service.goAway(); // until service.comeBack()
    }
  }

  static AutoCloseable metrics() {
    ConcurrentMap<String, LongAdder> counts = new ConcurrentHashMap<>();
    Consumer<String> count = name -> counts.computeIfAbsent(name, it -> new LongAdder()).increment();
    SecureTokenClient client =
        SecureTokenClient.builder("http://127.0.0.1:8080")
            .onCall(call -> count.accept("call " + call.method() + " " + call.code())) // and duration()
            .build();
    WatchedVerifier verifier =
        WatchedVerifier.builder(client)
            .listener(
                new WatchListener() {
                  @Override
                  public void hit() {
                    count.accept("check hit");
                  }

                  @Override
                  public void miss() {
                    count.accept("check miss");
                  }

                  @Override
                  public void refused(String reason) {
                    count.accept("refusal " + reason);
                  }
                })
            .build();
    verifier.state().staleness().ifPresent(age -> System.out.println("staleness " + age));
    return verifier;
  }
}
