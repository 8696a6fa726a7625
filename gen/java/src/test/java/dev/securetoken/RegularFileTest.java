package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What a client refuses to read for a key or a certificate. */
class RegularFileTest {
  private static final Path TLS = Path.of("../../test/conformance/tls");
  private static final int PEM = 1 << 20;

  @TempDir private Path folder;

  @Test
  void theLongestKeyHasRoomForItsLineBreak() throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "k".repeat(4096) + "\r\n");
    assertEquals(4096, KeySource.of(file, () -> 0).key().length());
  }

  @Test
  void otherFilesAreRefusedByPathAndRule() throws Exception {
    Path longKey = Files.writeString(folder.resolve("key"), "k" + " ".repeat(4098));
    Path longPem = Files.write(folder.resolve("pem"), new byte[PEM + 1]);
    Path pipe = folder.resolve("pipe"); // opening it would wait for its writer
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    for (Path other : List.of(pipe, Path.of("/dev/zero"), folder)) {
      refused(other, 4098, () -> builder().apiKeyFile(other));
      refused(other, PEM, () -> builder().trustedCertificates(other));
    }
    refused(longKey, 4098, () -> builder().apiKeyFile(longKey));
    refused(longPem, PEM, () -> builder().trustedCertificates(longPem));
    Path chain = TLS.resolve("client.pem");
    refused(pipe, PEM, () -> builder().clientCertificate(pipe, chain));
    refused(longPem, PEM, () -> builder().clientCertificate(chain, longPem));
  }

  private static SecureTokenClientBuilder builder() {
    return SecureTokenClient.builder("https://tokens:1");
  }

  private static void refused(Path path, int limit, Executable use) {
    String message = assertThrows(IOException.class, use).getMessage();
    assertEquals(path + " must be a regular file of at most " + limit + " bytes", message);
  }
}
