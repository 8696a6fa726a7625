/** The product's server in this process, on a free port, with what it would log as internal errors. */
import pino from "pino";
import type { SecureTokenManager } from "../../src/core/index.js";
import { ANYONE, type Callers } from "../../src/server/callers/callers.js";
import { createServer, type ServerDeps } from "../../src/server/server.js";

/** A server that runs. */
export interface ProductServer {
  /** `http://host:port`, for every protocol. */
  readonly origin: string;
  /** What the service did not foresee. Empty unless there is a bug. */
  readonly internalErrors: string[];
  close(graceMs?: number): Promise<unknown>;
}

/** Starts the server over a manager. Closing cuts off what does not end within `graceMs` milliseconds, by default at once. */
export async function startProductServer(
  manager: SecureTokenManager,
  callers: Callers = ANYONE,
  deps: Pick<ServerDeps, "limits" | "defaultTimeoutMs" | "register"> = {},
): Promise<ProductServer> {
  const internalErrors: string[] = [];
  const logger = pino({ level: "error" }, { write: (line: string) => internalErrors.push(line) });
  const server = createServer({ manager, logger, callers, ...deps });
  const { port } = await server.listen(0, "127.0.0.1");
  const origin = `http://127.0.0.1:${port}`;
  return { origin, internalErrors, close: (graceMs = 0) => server.close(graceMs) };
}
