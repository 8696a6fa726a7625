/** Where Redis or Valkey is: one server, a set of Sentinels, or a Cluster. */

/** An address. */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** What a URL says. */
export interface RedisAddress {
  readonly kind: "server" | "sentinel" | "cluster";
  readonly hosts: readonly RedisHost[];
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  /** The number of the database; 0 in a Cluster. */
  readonly database: number;
  /** The name that the Sentinels know the server by. */
  readonly sentinelName?: string;
}

/** Redis's own port, and the one of Sentinels. */
const PORTS = { server: 6379, cluster: 6379, sentinel: 26379 } as const;
const URL_FORM =
  /^(rediss?):\/\/(?:([^@/?]*)@)?([^@/?]+)(?:\/(\d{0,5}))?(?:\?(cluster=on|sentinel=[\w.-]{1,128}))?$/;
const HOST_FORM = /^(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/;

/**
 * Reads `redis://user:password@host:6379/0`, `rediss://…` for TLS, several hosts with commas between
 * them and `?cluster=on` or `?sentinel=NAME` behind them. User and password are percent-encoded.
 *
 * @throws Error saying what is wrong, without the password
 */
export function parseRedisUrl(url: string): RedisAddress {
  const [, scheme, credentials, hosts, database, option] = URL_FORM.exec(url) ?? [];
  if (scheme === undefined || hosts === undefined) {
    throw new Error(
      "must be redis[s]://[user:password@]host[:port][,…][/database][?cluster=on|?sentinel=NAME]",
    );
  }
  const kind = option === undefined ? "server" : option.startsWith("c") ? "cluster" : "sentinel";
  const list = hosts.split(",").map((text) => parseHost(text, PORTS[kind]));
  if (kind === "server" && list.length > 1) {
    throw new Error("must name one host, or say ?cluster=on or ?sentinel=NAME");
  }
  return {
    kind,
    hosts: list,
    tls: scheme === "rediss",
    database: Number(database ?? 0),
    ...parseCredentials(credentials),
    ...(kind === "sentinel" && { sentinelName: option?.slice("sentinel=".length) as string }),
  };
}

/** The address for messages, without user and password. */
export function describeAddress({ kind, hosts, tls, sentinelName }: RedisAddress): string {
  const list = hosts.map(({ host, port }) => `${host}:${port}`).join(",");
  const option =
    kind === "cluster" ? "?cluster=on" : kind === "sentinel" ? `?sentinel=${sentinelName}` : "";
  return `${tls ? "rediss" : "redis"}://${list}${option}`;
}

function parseHost(text: string, defaultPort: number): RedisHost {
  const [, host, port] = HOST_FORM.exec(text) ?? [];
  const number = port === undefined ? defaultPort : Number(port);
  if (host === undefined || number < 1 || number > 65_535) {
    throw new Error("must name each host as host or host:port");
  }
  return { host: host.replace(/^\[|\]$/g, ""), port: number };
}

function parseCredentials(text: string | undefined): { username?: string; password?: string } {
  if (text === undefined || text === "") return {};
  const colon = text.indexOf(":");
  const [username, password] =
    colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  try {
    return {
      ...(username !== "" && { username: decodeURIComponent(username) }),
      ...(password !== "" && { password: decodeURIComponent(password) }),
    };
  } catch {
    throw new Error("must have user and password percent-encoded");
  }
}
