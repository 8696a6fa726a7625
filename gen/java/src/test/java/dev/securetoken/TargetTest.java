package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:8080, dns:///127.0.0.1:8080, , true",
    "http://127.0.0.1:8080, dns:///127.0.0.1:8080, http, true",
    "HTTP://localhost:8080/, dns:///localhost:8080, http, true",
    "http://tokens.example.com, dns:///tokens.example.com:80, http, false",
    "https://tokens.example.com, dns:///tokens.example.com:443, https, false",
    "[::1]:8080, dns:///[::1]:8080, , true",
    "https://[::1]:8080, dns:///[::1]:8080, https, true",
    "unix:80, dns:///unix:80, , false",
    "dns:///tokens.internal:8080, dns:///tokens.internal:8080, , false",
    "dns:///localhost:8080, dns:///localhost:8080, , true",
    "dns:localhost:8080, dns:localhost:8080, , true",
    "dns://10.0.0.53/localhost:8080, dns://10.0.0.53/localhost:8080, , false",
    "dns:///10.0.0.1?x.localhost:80, dns:///10.0.0.1?x.localhost:80, , false",
    "xds:///localhost, xds:///localhost, , false",
    "xds:localhost:8080, xds:localhost:8080, , false",
    "unix:///run/tokens, unix:///run/tokens, , true"
  })
  void whatIsAccepted(String address, String grpc, String scheme, boolean isLocal) {
    Target target = Target.parse(address);
    assertEquals(grpc, target.grpc);
    assertEquals(scheme, target.scheme);
    assertEquals(isLocal, target.isLocal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "tokens.example.com", "tokens.example.com:", ":8080", "a:0", "a:65536", "::1",
        "::1:8080", "ipv4:10.0.0.1:80,10.0.0.2:80", "ipv6:[::1]:80", "a b:1", "ftp://a:1", "http://", "http://a:b", "https://a/path",
        "http://user:secret@a:1", "https://a?b", "http://a:1#b"
      })
  void whatIsRefused(String address) {
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> SecureTokenClient.builder(address));
    assertTrue(error.getMessage().contains("target"));
    assertFalse(error.getMessage().contains("secret"));
  }

  @Test
  void anApiKeyGoesInTheClearOnlyWhereThatIsAskedFor() {
    SecureTokenClientBuilder builder =
        SecureTokenClient.builder("http://tokens.example.com").apiKey("key");
    assertThrows(IllegalArgumentException.class, builder::build);
    builder.plaintext().build().close();
    SecureTokenClient.builder("http://localhost:1").apiKey("key").build().close();
    SecureTokenClient.builder("https://tokens.example.com").apiKey("key").build().close();
  }

  @Test
  void tlsAndTheSchemeAgree() {
    assertThrows(
        IllegalStateException.class,
        SecureTokenClient.builder("https://a").plaintext()::build);
    assertThrows(
        IllegalStateException.class, SecureTokenClient.builder("http://a").serverName("b")::build);
  }
}
