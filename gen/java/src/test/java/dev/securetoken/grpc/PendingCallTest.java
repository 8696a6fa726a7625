package dev.securetoken.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.ServerCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingCallTest {
  private final List<String> seen = new ArrayList<>();
  private final PendingCall<String> pending = new PendingCall<>();

  private final ServerCall.Listener<String> listener =
      new ServerCall.Listener<>() {
        @Override
        public void onMessage(String message) {
          seen.add(message);
          if (message.equals("first")) {
            // Comes while older events are still being handed on.
            pending.onMessage("fourth");
          }
        }

        @Override
        public void onHalfClose() {
          seen.add("half-close");
        }

        @Override
        public void onCancel() {
          seen.add("cancel");
        }

        @Override
        public void onComplete() {
          seen.add("complete");
        }

        @Override
        public void onReady() {
          seen.add("ready");
        }
      };

  @Test
  void eventsKeepTheirOrder() {
    pending.onReady();
    pending.onMessage("first");
    pending.onMessage("second");
    pending.onHalfClose();
    assertEquals(List.of(), seen);
    pending.resume(() -> listener);
    pending.onCancel();
    pending.onComplete();
    assertEquals(
        List.of("ready", "first", "second", "half-close", "fourth", "cancel", "complete"), seen);
  }
}
