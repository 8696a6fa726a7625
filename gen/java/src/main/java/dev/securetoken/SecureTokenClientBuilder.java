package dev.securetoken;

import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Builds a {@link SecureTokenClient}. Without further settings: TLS, the platform's roots, 5 s. */
public final class SecureTokenClientBuilder {
  private static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(5);
  private static final long CLOSE_SECONDS = 5;

  private final String target;
  private final Channel channel;
  private final TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
  private ChannelCredentials credentials;
  private boolean transportChosen;
  private String serverName;
  private ClientInterceptor apiKey;
  private Duration deadline = DEFAULT_DEADLINE;

  SecureTokenClientBuilder(String target) {
    this.target = Objects.requireNonNull(target, "target");
    this.channel = null;
  }

  SecureTokenClientBuilder(Channel channel) {
    this.target = null;
    this.channel = Objects.requireNonNull(channel, "channel");
  }

  /**
   * Connects without TLS: on loopback, or where a mesh encrypts. Tokens and API key then travel as
   * they are.
   *
   * @return this
   */
  public SecureTokenClientBuilder plaintext() {
    return credentials(InsecureChannelCredentials.create());
  }

  /**
   * Trusts servers whose certificate one of these authorities signed, instead of the platform's.
   *
   * @param authorities a file of X.509 certificates in PEM
   * @return this
   * @throws IOException when the file cannot be read
   */
  public SecureTokenClientBuilder trustedCertificates(Path authorities) throws IOException {
    tls.trustManager(authorities.toFile());
    transportChosen = true;
    return this;
  }

  /**
   * Shows a certificate of this client's own: mTLS.
   *
   * @param chain a file of X.509 certificates in PEM, this client's first
   * @param key a file with the PKCS 8 private key in PEM
   * @return this
   * @throws IOException when a file cannot be read
   */
  public SecureTokenClientBuilder clientCertificate(Path chain, Path key) throws IOException {
    tls.keyManager(chain.toFile(), key.toFile());
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
   * @param apiKey the key
   * @return this
   * @throws IllegalArgumentException for a key that no header can carry
   */
  public SecureTokenClientBuilder apiKey(String apiKey) {
    this.apiKey = new ApiKey(apiKey);
    return this;
  }

  /**
   * How long a call may take that says nothing else.
   *
   * @param deadline above zero; the service allows 60 s at most. Default: 5 s
   * @return this
   */
  public SecureTokenClientBuilder defaultDeadline(Duration deadline) {
    if (deadline.isZero() || deadline.isNegative()) {
      throw new IllegalArgumentException("deadline must be above zero");
    }
    this.deadline = deadline;
    return this;
  }

  /**
   * Makes the client. It connects with the first call.
   *
   * @return a client to close at the end
   * @throws IllegalStateException when settings of the connection meet a channel that is made
   */
  public SecureTokenClient build() {
    if (channel == null) {
      ManagedChannel own =
          Channels.open(target, credentials == null ? tls.build() : credentials, serverName);
      return new SecureTokenClient(new Calls(intercept(own), null), () -> close(own));
    }
    if (transportChosen) {
      throw new IllegalStateException("the channel's own settings decide how it connects");
    }
    return new SecureTokenClient(new Calls(intercept(channel), null), () -> {});
  }

  private Channel intercept(Channel base) {
    List<ClientInterceptor> interceptors = new ArrayList<>();
    interceptors.add(new DefaultDeadline(deadline));
    if (apiKey != null) {
      interceptors.add(apiKey);
    }
    return ClientInterceptors.intercept(base, interceptors);
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
