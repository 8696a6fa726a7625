/** Where a server is, as people write it. */

/** A server's address, taken apart. */
export interface ServerAddress {
  /** `http://…` or `https://…`, with the path, without a slash at the end. */
  readonly url: string;
  /** `host:port`, IPv6 hosts in brackets. */
  readonly hostPort: string;
  readonly isSecure: boolean;
  /** Whether no byte leaves this machine. */
  readonly isLoopback: boolean;
}

/**
 * Reads `host:port`, `http://host[:port]` or `https://host[:port]`. `host:port` stands for TLS, but for
 * plaintext on loopback.
 * @throws TypeError that names the argument and says what is wrong, without quoting user information.
 */
export function parseAddress(text: unknown, argument: string): ServerAddress {
  if (typeof text !== "string" || text === "") throw wrong(argument, "is missing");
  const hasScheme = text.includes("://");
  if (!hasScheme && !/:\d+$/.test(text)) throw wrong(argument, "has no port");
  const url = toUrl(hasScheme ? text : `https://${text}`);
  if (url === undefined || url.hostname === "") throw wrong(argument, "is no address");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw wrong(argument, "has another scheme than http and https");
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw wrong(argument, "has a user, a query or a fragment");
  }
  if (!hasScheme && url.pathname !== "/") throw wrong(argument, "has a path without a scheme");
  const isLoopback = isLoopbackHost(url.hostname);
  const isSecure = hasScheme ? url.protocol === "https:" : !isLoopback;
  const port = url.port || (hasScheme ? (isSecure ? "443" : "80") : "443");
  const hostPort = `${url.hostname}:${port}`;
  const path = url.pathname.replace(/\/$/, "");
  return {
    url: `${isSecure ? "https" : "http"}://${hostPort}${path}`,
    hostPort,
    isSecure,
    isLoopback,
  };
}

/** parseAddress for a client over gRPC, which has no paths. @throws TypeError that names the argument. */
export function parseGrpcAddress(text: unknown, argument: string): ServerAddress {
  const address = parseAddress(text, argument);
  if (new URL(address.url).pathname === "/") return address;
  throw wrong(argument, "has a path, which gRPC does not know");
}

function toUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isLoopbackHost(host: string): boolean {
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    /^127\.\d+\.\d+\.\d+$/.test(host) ||
    host === "[::1]"
  );
}

function wrong(argument: string, what: string): TypeError {
  return new TypeError(
    `${argument} ${what}: write host:port, http://host[:port] or https://host[:port], such as "127.0.0.1:8080"`,
  );
}
