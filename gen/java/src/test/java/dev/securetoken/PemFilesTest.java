package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What a client refuses as a certificate or a key, when it is made. */
class PemFilesTest {
  private static final Path TLS = Path.of("../../test/conformance/tls");
  private static final Path CHAIN = TLS.resolve("client.pem");
  private static final Path KEY = TLS.resolve("client-key.pem");
  private static final String NO_CERTIFICATE = " holds no certificate of X.509 in PEM";
  private static final String NO_KEY = " holds no private key of PKCS 8 in PEM";
  private static final String OTHER_KEY = " holds no key of the first certificate in " + CHAIN;

  @TempDir private Path folder;

  @Test
  void whatIsNoCertificate() throws Exception {
    String cut = Files.readString(CHAIN).substring(0, 400);
    for (Path file : List.of(write(""), write("no PEM"), write(cut), KEY)) {
      String own = file + NO_CERTIFICATE;
      refused("trustedCertificates: " + own, () -> builder().trustedCertificates(file));
      refused("clientCertificate: " + own, () -> builder().clientCertificate(file, KEY));
    }
  }

  @Test
  void whatIsNoKeyOfTheCertificate() throws Exception {
    String cut = Files.readString(KEY).replaceFirst("\\n[^-\\n]+\\n", "\n");
    refusedKey(write(""), NO_KEY);
    refusedKey(CHAIN, NO_KEY);
    refusedKey(write(cut), OTHER_KEY);
    refusedKey(TLS.resolve("other-server-key.pem"), OTHER_KEY);
  }

  @Test
  void certificatesAndTheirKey() {
    assertDoesNotThrow(
        () -> builder().trustedCertificates(TLS.resolve("ca.pem")).clientCertificate(CHAIN, KEY));
  }

  private Path write(String text) throws Exception {
    return Files.writeString(Files.createTempFile(folder, "", ".pem"), text);
  }

  private static SecureTokenClientBuilder builder() {
    return SecureTokenClient.builder("https://tokens:1");
  }

  private static void refusedKey(Path key, String fault) {
    refused("clientCertificate: " + key + fault, () -> builder().clientCertificate(CHAIN, key));
  }

  private static void refused(String message, Executable use) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, use).getMessage());
  }
}
