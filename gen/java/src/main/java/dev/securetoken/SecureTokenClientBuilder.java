package dev.securetoken;

import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Builds a {@link SecureTokenClient}. Without further settings: TLS, the platform's roots, 5 s. */
public final class SecureTokenClientBuilder {
  private static final long CLOSE_SECONDS = 5;

  /** More than any bundle of certificates has. */

  private final Target target;
  private final Channel channel;
  private final TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
  private ChannelCredentials credentials;
  private boolean transportChosen;
  private String serverName;
  private boolean isPlaintext;
  private KeySource keys;
  private Duration deadline = Deadlines.DEFAULT;
  private Consumer<EndedCall> onCall = call -> {};

  SecureTokenClientBuilder(String target) {
    this.target = Target.parse(Objects.requireNonNull(target, "target"));
    this.channel = null;
  }

  SecureTokenClientBuilder(Channel channel) {
    this.target = null;
    this.channel = Objects.requireNonNull(channel, "channel");
  }

  /**
   * Connects without TLS: on loopback, or where a mesh encrypts. Tokens and API key then travel as
   * they are; with {@code http://} alone, an API key beyond loopback is refused.
   *
   * @return this
   */
  public SecureTokenClientBuilder plaintext() {
    isPlaintext = true;
    return credentials(InsecureChannelCredentials.create());
  }

  /**
   * Trusts servers whose certificate one of these authorities signed, instead of the platform's.
   *
   * @param authorities a regular file of X.509 certificates in PEM, of at most 1 MiB
   * @return this
   * @throws IOException when the file cannot be read
   * @throws IllegalArgumentException when it holds no certificate
   */
  public SecureTokenClientBuilder trustedCertificates(Path authorities) throws IOException {
    byte[] pem = PemFiles.certificates(authorities, "trustedCertificates");
    tls.trustManager(new ByteArrayInputStream(pem));
    transportChosen = true;
    return this;
  }

  /**
   * Shows a certificate of this client's own: mTLS.
   *
   * @param chain a regular file of X.509 certificates in PEM, this client's first, of at most 1 MiB
   * @param key a regular file with the PKCS 8 private key in PEM, of at most 1 MiB
   * @return this
   * @throws IOException when a file cannot be read
   * @throws IllegalArgumentException when they hold no certificate, no key, or that of another
   *     certificate
   */
  public SecureTokenClientBuilder clientCertificate(Path chain, Path key) throws IOException {
    byte[] certificates = PemFiles.certificates(chain, "clientCertificate");
    byte[] secret = PemFiles.key(key, certificates, chain, "clientCertificate");
    tls.keyManager(new ByteArrayInputStream(certificates), new ByteArrayInputStream(secret));
    transportChosen = true;
    return this;
  }

  /**
   * Connects with credentials that the application made, in place of all other settings of TLS.
   *
   * @param credentials any credentials of gRPC
   * @return this
   */
  public SecureTokenClientBuilder credentials(ChannelCredentials credentials) {
    this.credentials = credentials;
    transportChosen = true;
    return this;
  }

  /**
   * The name that the server's certificate must bear, where it is not the target's.
   *
   * @param serverName a host name, with a port or without
   * @return this
   */
  public SecureTokenClientBuilder serverName(String serverName) {
    this.serverName = serverName;
    transportChosen = true;
    return this;
  }

  /**
   * The caller's own credential, sent as {@code authorization: Bearer …} with every call.
   *
   * @param apiKey the key; {@code null} or empty, as from an unset variable, is none
   * @return this
   * @throws IllegalArgumentException for a key that no header can carry
   */
  public SecureTokenClientBuilder apiKey(String apiKey) {
    this.keys = apiKey == null || apiKey.isEmpty() ? null : KeySource.of(apiKey);
    return this;
  }

  /**
   * The same from the application, which is asked before every attempt: a key can be replaced while
   * the application runs.
   *
   * @param apiKey gives the key
   * @return this
   */
  public SecureTokenClientBuilder apiKey(Supplier<String> apiKey) {
    this.keys = KeySource.of(Objects.requireNonNull(apiKey, "apiKey"));
    return this;
  }

  /**
   * The same from a file, which is read again within a second of a change, and when the key is
   * refused.
   *
   * @param file holds the key and nothing else; a regular file of at most 4,098 bytes
   * @return this
   * @throws IOException when the file cannot be read
   * @throws IllegalArgumentException when it holds no key that a header can carry
   */
  public SecureTokenClientBuilder apiKeyFile(Path file) throws IOException {
    this.keys = KeySource.of(file, System::nanoTime);
    return this;
  }

  /**
   * How long a call may take that says nothing else.
   *
   * @param deadline above zero, at most 60 s. Default: 5 s
   * @return this
   * @throws IllegalArgumentException for any other
   */
  public SecureTokenClientBuilder defaultDeadline(Duration deadline) {
    this.deadline = Deadlines.checked(deadline);
    return this;
  }

  /**
   * Is told of each call of the client, its views, guards and verifiers once it has ended, for
   * metrics; not of calls of {@link SecureTokenClient#stub()} and of feeds. It is called in the thread
   * in which the call ends and must not block; what it throws is logged and changes nothing.
   *
   * @param hook is told; default: nobody is
   * @return this
   */
  public SecureTokenClientBuilder onCall(Consumer<EndedCall> hook) {
    this.onCall = Objects.requireNonNull(hook, "hook");
    return this;
  }

  /**
   * Makes the client. It connects with the first call.
   *
   * @return a client to close at the end
   * @throws IllegalStateException when settings of the connection meet a channel that is made, or
   *     settings of TLS an {@code http://} target
   * @throws IllegalArgumentException when an API key would travel in the clear beyond loopback
   */
  public SecureTokenClient build() {
    if (channel == null) {
      ManagedChannel own = Channels.open(target, chosenCredentials(), serverName);
      return new SecureTokenClient(calls(own, own), () -> close(own));
    }
    if (transportChosen) {
      throw new IllegalStateException("the channel's own settings decide how it connects");
    }
    return new SecureTokenClient(calls(channel, null), () -> {});
  }

  private ChannelCredentials chosenCredentials() {
    if (!"http".equals(target.scheme)) {
      if (isPlaintext && "https".equals(target.scheme)) {
        throw new IllegalStateException("target is https:// and plaintext() is asked for");
      }
      return credentials == null ? tls.build() : credentials;
    }
    if (transportChosen && !isPlaintext) {
      throw new IllegalStateException("target is http:// and TLS is asked for: write https://");
    }
    if (keys != null && !target.isLocal && !isPlaintext) {
      throw new IllegalArgumentException(
          "apiKey would travel in the clear: use https://, or plaintext() in a trusted network");
    }
    return InsecureChannelCredentials.create();
  }

  private Calls calls(Channel base, ManagedChannel own) {
    List<ClientInterceptor> interceptors = new ArrayList<>();
    interceptors.add(new DefaultDeadline(deadline));
    if (keys != null) {
      interceptors.add(new ApiKeyInterceptor(keys));
    }
    Channel intercepted = ClientInterceptors.intercept(base, interceptors);
    boolean isClear = own != null && (isPlaintext || "http".equals(target.scheme));
    Target plaintext = isClear ? target : null;
    return new Calls(
        new Connection(intercepted, keys, own, plaintext), deadline, new CallHook(onCall));
  }

  private static void close(ManagedChannel channel) {
    channel.shutdown();
    try {
      if (channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    channel.shutdownNow();
  }
}
