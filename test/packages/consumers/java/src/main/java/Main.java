import dev.securetoken.GenerateOptions;
import dev.securetoken.InvalidTokenError;
import dev.securetoken.SecureTokenClient;
import dev.securetoken.ValidToken;

/** Calls a server over the jar that was taken from a repository. */
public final class Main {
  private Main() {}

  /** Prints what a token says, and what a text that is none ends with. */
  public static void main(String[] args) {
    try (SecureTokenClient client = SecureTokenClient.builder(System.getenv("SERVER")).build()) {
      String token = client.generateToken("user_123", GenerateOptions.permissions("read")).token();
      ValidToken valid = client.validateToken(token);
      System.out.println(valid.userId() + " " + String.join(",", valid.permissions()));
      try {
        client.validateToken("nothing");
      } catch (InvalidTokenError error) {
        System.out.println("InvalidTokenError");
      }
    }
  }
}
