package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import dev.securetoken.v1.TokenServiceGrpc;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client whose API key stands in a file that cannot be read any more. */
class KeyFileTest {
  private static final Logger LOGGER = Logger.getLogger(SecureTokenClient.class.getName());

  private final List<String> logged = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          logged.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void stop() {
    LOGGER.removeHandler(handler);
  }

  @Test
  void aFileThatIsGoneLeavesItsKeyAndIsTold(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "wrong");
    try (FakeTokenService service = new FakeTokenService();
        SecureTokenClient client =
            SecureTokenClient.builder(service.channel()).apiKeyFile(file).build()) {
      service.answer(
          TokenServiceGrpc.getValidateTokenMethod(),
          it -> {
            if (service.authorization().equals("Bearer right")) {
              return Samples.validated().build();
            }
            throw unknownCaller();
          });
      assertFalse(refusal(client).contains("apiKeyFile"));
      Files.delete(file);
      for (int i = 0; i < 2; i++) {
        String text = refusal(client);
        assertTrue(text.contains("apiKeyFile " + file + " cannot be read"), text);
        assertTrue(text.contains("the key read last was sent"), text);
      }
      Files.writeString(file, "\n");
      assertTrue(refusal(client).contains("is empty"));
      Files.writeString(file, "right");
      client.validateToken("token");
    }
    assertEquals(2, logged.size(), logged::toString);
    assertTrue(logged.get(0).contains(file.toString()));
  }

  /** What a refused call tells. */
  private static String refusal(SecureTokenClient client) {
    CallerRefusedError error =
        assertThrows(CallerRefusedError.class, () -> client.validateToken("token"));
    assertEquals("UNKNOWN_CALLER", error.reason());
    assertFalse((error + " " + error.getCause()).contains("wrong"));
    return error.getMessage();
  }

  private static RuntimeException unknownCaller() {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setDomain("securetoken.v1")
            .setReason("CALLER_ERROR_REASON_UNKNOWN_CALLER")
            .build();
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.UNAUTHENTICATED.value())
            .setMessage("not known")
            .addDetails(Any.pack(info))
            .build());
  }
}
