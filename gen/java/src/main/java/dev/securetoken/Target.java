package dev.securetoken;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/** Where a token service is: {@code host:port}, an http or https URL, or a target of gRPC's own. */
final class Target {
  private static final Set<String> GRPC_SCHEMES = Set.of("dns", "unix", "xds");
  private static final String RULE = "target must be host:port, such as tokens.example.com:443";

  /** What gRPC dials. */
  final String grpc;

  /** {@code http}, {@code https}, or {@code null} where the address leaves it open. */
  final String scheme;

  /** Whether no byte leaves this machine. */
  final boolean isLocal;

  /** {@code null} for a target of gRPC's own. */
  final String host;

  /** 0 for a target of gRPC's own. */
  final int port;

  private Target(String grpc, String scheme, boolean isLocal, String host, int port) {
    this.grpc = grpc;
    this.scheme = scheme;
    this.isLocal = isLocal;
    this.host = host;
    this.port = port;
  }

  /** For host:port, which is checked here. */
  private static Target of(String address, String scheme) {
    String host = host(address);
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    return new Target("dns:///" + address, scheme, isLoopback(host), host, port);
  }

  /** No message quotes user information. */
  static Target parse(String address) {
    int colon = address.indexOf(':');
    String scheme = colon < 0 ? "" : address.substring(0, colon).toLowerCase(Locale.ROOT);
    boolean hasScheme = address.startsWith("://", Math.max(colon, 0));
    if (hasScheme && (scheme.equals("http") || scheme.equals("https"))) {
      return url(address, scheme);
    }
    if (GRPC_SCHEMES.contains(scheme) && (hasScheme || !isPort(address.substring(colon + 1)))) {
      boolean isLocal = scheme.equals("unix") || isLocalName(scheme, address.substring(colon + 1));
      return new Target(address, null, isLocal, null, 0);
    }
    if (hasScheme) {
      throw new IllegalArgumentException(RULE + ", or an http:// or https:// URL");
    }
    return of(address, null);
  }

  /**
   * Whether a target of gRPC's own, scheme:rest, names this machine. Any resolver but dns, and
   * a name server of the target's own, may take localhost for another machine.
   */
  private static boolean isLocalName(String scheme, String rest) {
    String name = rest.startsWith("///") ? rest.substring(3) : rest;
    int port = name.lastIndexOf(':');
    return scheme.equals("dns") && isLoopback(port < 0 ? name : name.substring(0, port));
  }

  private static Target url(String address, String scheme) {
    URI uri;
    try {
      uri = new URI(address);
    } catch (URISyntaxException bad) {
      throw new IllegalArgumentException(RULE + ", or an http:// or https:// URL");
    }
    boolean hasPath = uri.getRawPath() != null && !uri.getRawPath().matches("/?");
    if (uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null
        || hasPath) {
      throw new IllegalArgumentException(
          "target must be a scheme, a host and a port, without path, query or user");
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("http") ? 80 : 443;
    return of(uri.getHost() + ":" + port, scheme);
  }

  /** The host of host:port. */
  private static String host(String address) {
    int colon = address.lastIndexOf(':');
    String host = colon < 0 ? "" : address.substring(0, colon);
    boolean isBracketed = host.startsWith("[") && host.endsWith("]");
    if (!isPort(address.substring(colon + 1))
        || !(isBracketed ? host.matches("\\[[0-9A-Fa-f:.]+]") : host.matches("[A-Za-z0-9._-]+"))) {
      throw new IllegalArgumentException(RULE);
    }
    return host;
  }

  private static boolean isPort(String text) {
    return text.matches("[0-9]{1,5}") && Integer.parseInt(text) > 0 && Integer.parseInt(text) < 65536;
  }

  private static boolean isLoopback(String host) {
    String name = host.toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
    return name.equals("localhost")
        || name.matches("[a-z0-9._-]+\\.localhost")
        || name.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}")
        || name.matches("\\[?(::1|0:0:0:0:0:0:0:1|::ffff:127\\.[0-9.]+)]?");
  }
}
