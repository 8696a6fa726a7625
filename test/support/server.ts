/** The whole server on a free port, with a clock that the test moves. */
import { type Logger, pino } from "pino";
import { ANYONE } from "../../src/server/callers/callers.js";
import { createServer, type ServerDeps } from "../../src/server/server.js";
import { createTestService, type TestService } from "./token-service.js";

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  readonly service: TestService;
  close(): Promise<unknown>;
}

/** Starts a server of its own; nothing is shared with another test. */
export async function startTestServer(deps: Partial<ServerDeps> = {}): Promise<RunningServer> {
  const service = await createTestService();
  const logger: Logger = pino({ level: "silent" });
  const server = createServer({ manager: service.manager, logger, callers: ANYONE, ...deps });
  const { port } = await server.listen(0, "127.0.0.1");
  return { url: `http://127.0.0.1:${port}`, service, close: () => server.close(0) };
}
