import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls a server as fast as grpc-java can, with its default options, and says which calls failed.
 *
 * <p>Prints a line when the first call has ended, and a JSON object at the end:
 * {"ended": 1000, "failed": 1, "failures": ["UNAVAILABLE: …"], "perSecond": 9000}.
 */
public final class Calls {
  /** A method that any server answers and that needs no argument. */
  private static final String METHOD = "securetoken.v1.TokenService/ExportConfig";

  /** How many different failures are told; all are counted. */
  private static final int MOST_TOLD = 10;

  /** Beyond the most that the server grants, which it takes for that. */
  private static final int TIMEOUT_SECONDS = 120;

  private static final MethodDescriptor<byte[], byte[]> EXPORT_CONFIG =
      MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(METHOD)
          .build();

  /** 0: until the standard input ends. */
  private final int most;

  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final Set<String> failures = ConcurrentHashMap.newKeySet();
  private final CountDownLatch lines;
  private volatile boolean isStopped;

  private Calls(int most, int lines) {
    this.most = most;
    this.lines = new CountDownLatch(lines);
  }

  /** Arguments as the Go program's: -address -connections -concurrency -calls. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> options = new HashMap<>();
    for (int at = 0; at < arguments.length; at += 2) options.put(arguments[at], arguments[at + 1]);
    int connections = Integer.parseInt(options.getOrDefault("-connections", "1"));
    int concurrency = Integer.parseInt(options.getOrDefault("-concurrency", "64"));
    int most = Integer.parseInt(options.getOrDefault("-calls", "0"));

    Calls calls = new Calls(most, connections * concurrency);
    if (most == 0) {
      Thread input = new Thread(calls::stopWithInput);
      input.setDaemon(true);
      input.start();
    }
    long start = System.nanoTime();
    List<ManagedChannel> channels = new ArrayList<>();
    for (int made = 0; made < connections; made++) {
      ManagedChannel channel = ManagedChannelBuilder.forTarget(options.get("-address")).usePlaintext().build();
      channels.add(channel);
      for (int line = 0; line < concurrency; line++) calls.begin(channel);
    }
    calls.lines.await();
    double seconds = (System.nanoTime() - start) / 1e9;
    channels.forEach(ManagedChannel::shutdownNow);
    calls.print(seconds);
  }

  /** Begins one more call, unless all were made or the run was stopped. */
  private void begin(ManagedChannel channel) {
    if (isStopped || (begun.incrementAndGet() > most && most > 0)) {
      lines.countDown();
      return;
    }
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    ClientCalls.asyncUnaryCall(
        channel.newCall(EXPORT_CONFIG, options),
        new byte[0],
        new StreamObserver<byte[]>() {
          @Override
          public void onNext(byte[] answer) {}

          @Override
          public void onCompleted() {
            end();
            begin(channel);
          }

          @Override
          public void onError(Throwable error) {
            end();
            Status status = Status.fromThrowable(error);
            String failure = status.getCode() + ": " + status.getDescription();
            failed.incrementAndGet();
            if (failures.size() < MOST_TOLD) failures.add(failure);
            begin(channel);
          }
        });
  }

  private void end() {
    if (ended.incrementAndGet() == 1) System.out.println("calling");
  }

  private void stopWithInput() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException error) {
      // It cannot be read any more, which is its end as well.
    }
    isStopped = true;
  }

  private void print(double seconds) {
    List<String> told = new ArrayList<>();
    for (String failure : failures) {
      told.add('"' + failure.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\s+", " ") + '"');
    }
    System.out.printf(
        "{\"ended\": %d, \"failed\": %d, \"failures\": [%s], \"perSecond\": %d}%n",
        ended.get(), failed.get(), String.join(", ", told), (long) (ended.get() / seconds));
  }

  /** Bytes as they are. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException error) {
        throw Status.INTERNAL.withCause(error).asRuntimeException();
      }
    }
  }
}
