/** A server with callers, revocations and a clock that a test moves, for gateways to ask. */
import pino from "pino";
import { SecureTokenManager } from "../../src/core/index.js";
import { createKeyset } from "../../src/core/keyset.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { ServerMetrics } from "../../src/server/metrics/server-metrics.js";
import { createServer, type ServerDeps } from "../../src/server/server.js";
import { type MovableClock, movableClock, testKey } from "../support/fixed-manager.js";
import { keepReports } from "../support/reports.js";

/** A server that runs. */
export interface TokenServer {
  readonly port: number;
  readonly url: string;
  readonly manager: SecureTokenManager;
  readonly clock: MovableClock;
  readonly metrics: ServerMetrics;
  /** API keys by the names of callers. */
  readonly keys: Readonly<Record<string, string>>;
  /** The log's lines about calls since the last look. */
  calls(): Record<string, unknown>[];
  /** Puts a revocation of this token in force. */
  revoke(token: string): Promise<void>;
  close(): Promise<unknown>;
}

/** The RPCs of each caller. */
const CALLERS = {
  gateway: ["ForwardAuth", "OAuthIntrospect", "ExtAuthz", "TokenReview"],
  revoker: ["OAuthRevoke"],
  // Has a client certificate too.
  verifier: ["ForwardAuth", "OAuthIntrospect"],
  other: ["ValidateToken"],
};

/** Starts a server on a free port of loopback. */
export async function startTokenServer(deps: Partial<ServerDeps> = {}): Promise<TokenServer> {
  const clock = movableClock();
  const register = await RevocationAuthority.open({
    clock,
    feedId: "gateways",
    reporter: keepReports(),
  });
  const keyset = createKeyset([await testKey("one")]);
  const manager = deps.manager ?? new SecureTokenManager(keyset, { clock, revocations: register });
  const keys = Object.fromEntries(Object.keys(CALLERS).map((name) => [name, generateApiKey()]));
  const rows = Object.entries(CALLERS).map(([name, rpcs]) => ({
    name,
    rpcs,
    api_keys: [{ sha256: digestApiKey(keys[name] as string), created_at: "2026-11-23T00:00:00Z" }],
    certificates: [{ spiffe_id: `spiffe://example.org/${name}` }],
  }));
  const isAuthentic = (text: string) => manager.introspectToken(text).state !== "INVALID";
  let lines: string[] = [];
  const metrics = new ServerMetrics();
  const server = createServer({
    manager,
    register,
    logger: pino({ base: null }, { write: (line: string) => void lines.push(line) }),
    callers: new KnownCallers(parseCallers(JSON.stringify({ callers: rows })), isAuthentic),
    observer: metrics,
    ...deps,
  });
  const { port } = await server.listen(0, "127.0.0.1");
  return {
    port,
    url: `${deps.tls ? "https" : "http"}://127.0.0.1:${port}`,
    manager,
    clock,
    metrics,
    keys,
    calls() {
      const calls = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "call");
      lines = [];
      return calls;
    },
    async revoke(token) {
      const [planned] = manager.planRevocations([{ token }], "test");
      if (planned?.revocation) await register.revoke([planned.revocation]);
    },
    close: () => server.close(0),
  };
}
