package dev.securetoken;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Finds out whether a server that closes plaintext connections without a word speaks TLS. Nothing is
 * sent but a handshake, and nothing of it is used.
 */
final class TlsProbe {
  private static final int TIMEOUT_MILLIS = 500;

  /** What grpc-java says of a connection that ended before its first byte. */
  private static final String CLOSED = "Network closed for unknown reason";

  private TlsProbe() {}

  static boolean isUnclear(String description) {
    return description != null && description.contains(CLOSED);
  }

  static boolean speaksTls(Target target) {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(target.host, target.port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      try (SSLSocket tls =
          (SSLSocket) factory.createSocket(socket, target.host, target.port, true)) {
        tls.startHandshake();
      }
      return true;
    } catch (SSLHandshakeException refused) {
      // A certificate that is not trusted, or an alert: both are TLS.
      return !(refused.getCause() instanceof EOFException);
    } catch (IOException | IllegalArgumentException other) {
      return false;
    }
  }
}
