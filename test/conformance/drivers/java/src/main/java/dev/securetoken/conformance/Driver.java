package dev.securetoken.conformance;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import dev.securetoken.SecureTokenClient;
import dev.securetoken.TokenError;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reads requests from stdin, makes the calls, and writes what the client's user gets or catches. */
public final class Driver {
  private static final Gson JSON =
      new GsonBuilder()
          .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
          .serializeNulls()
          .disableHtmlEscaping()
          .create();

  private final Clients clients = new Clients();
  private final Guards guards = new Guards();
  private final Watching watching = new Watching();

  private Driver() {}

  /**
   * Runs until stdin ends.
   *
   * @param args none
   * @throws IOException when stdin cannot be read
   */
  public static void main(String[] args) throws IOException {
    Driver driver = new Driver();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(JSON.toJson(driver.answer(new Members(JSON.fromJson(line, Map.class)))));
    }
    driver.guards.close();
    driver.clients.close();
  }

  private Map<String, Object> answer(Members line) throws IOException {
    String id = line.text("id");
    if (line.has("watch")) {
      Map<String, Object> result =
          watching.perform(line.object("watch"), line.object("connection"));
      return Map.of("id", id, "ok", true, "result", result);
    }
    SecureTokenClient client = clients.get(line.object("connection"));
    if (line.has("guard")) {
      return guards.answer(id, client, line.object("guard").object("policy"));
    }
    try {
      Object result = Rpc.call(client, line.text("rpc"), line.object("request"));
      return Map.of("id", id, "ok", true, "result", result);
    } catch (TokenError error) {
      return Map.of("id", id, "ok", false, "error", Described.error(error));
    } catch (StatusRuntimeException error) {
      String code = error.getStatus().getCode().name();
      return Map.of("id", id, "ok", false, "error", Map.of("kind", "RPC", "code", code));
    }
  }
}
