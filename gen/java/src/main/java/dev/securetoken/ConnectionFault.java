package dev.securetoken;

import java.util.Locale;

/** Why no connection can be made, where trying again cannot help. */
public enum ConnectionFault {
  /** The server speaks TLS, and this client does not. */
  PLAINTEXT_TO_TLS("it speaks TLS: leave out plaintext(), and write https:// or host:port"),
  /** This client speaks TLS, and the server does not. */
  TLS_TO_PLAINTEXT(
      "it does not speak TLS: use plaintext() or http:// where the network is trusted"),
  /** The server speaks something else than HTTP/2. */
  NOT_HTTP2(
      "what answers there does not speak HTTP/2: check the address, and the proxies before it"),
  /** Nobody whom this client trusts has signed the server's certificate. */
  UNKNOWN_AUTHORITY(
      "nobody trusted has signed its certificate: name its authority with trustedCertificates()"),
  /** The server's certificate has ended, or does not hold yet. */
  CERTIFICATE_EXPIRED(
      "its certificate has expired or is not valid yet: renew it, or check this machine's clock"),
  /** The server's certificate is for other names. */
  CERTIFICATE_NAME(
      "its certificate is for other names: call it by one of them, or use serverName()"),
  /** The server's certificate is bad in another way. */
  CERTIFICATE("its certificate cannot be verified"),
  /** The server wants a certificate of this client, or refuses the one it has. */
  CLIENT_CERTIFICATE(
      "it wants a certificate of this client: clientCertificate(), of an authority it trusts");

  private static final int MAX_CAUSES = 20;
  private static final String NOT_SETTINGS = "first received frame was not settings";

  final String advice;

  ConnectionFault(String advice) {
    this.advice = advice;
  }

  /** The fault behind an error, or {@code null} for one that may pass. */
  static ConnectionFault of(Throwable error) {
    ConnectionFault found = null;
    Throwable cause = error;
    for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
      String text = cause.getClass().getSimpleName() + ": " + cause.getMessage();
      ConnectionFault fault = in(text.toLowerCase(Locale.ROOT));
      // The innermost says most.
      found = fault == null ? found : fault;
    }
    return found;
  }

  private static ConnectionFault in(String text) {
    if (text.contains(NOT_SETTINGS)) {
      // The first bytes of a TLS record: an alert or a handshake.
      boolean isTls = text.contains("bytes: 1503") || text.contains("bytes: 1603");
      return isTls ? PLAINTEXT_TO_TLS : NOT_HTTP2;
    }
    if (text.contains("unexpected http/1.x")) {
      return NOT_HTTP2;
    }
    if (text.contains("notsslrecord") || text.contains("wrong_version_number")) {
      return TLS_TO_PLAINTEXT;
    }
    if (text.contains("certificateexpired") || text.contains("certificatenotyetvalid")) {
      return CERTIFICATE_EXPIRED;
    }
    if (text.contains("subject alternative") || text.contains("no name matching")) {
      return CERTIFICATE_NAME;
    }
    if (text.contains("unable to find valid certification path")
        || text.contains("path building failed")) {
      return UNKNOWN_AUTHORITY;
    }
    if (text.contains("certificate_required")
        || text.contains("bad_certificate")
        || text.contains("unknown_ca")
        || text.contains("certificate_unknown")) {
      return CLIENT_CERTIFICATE;
    }
    return text.contains("certificateexception") || text.contains("certificate_verify_failed")
        ? CERTIFICATE
        : null;
  }
}
