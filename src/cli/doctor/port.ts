/** Whether a server could listen where it is told to. */
import { createServer } from "node:net";
import { type Finding, fault, ok } from "../../server/checkup/finding.js";
import type { Config } from "../../server/config/index.js";

/** What was found of an address: free, in use (by the server itself, perhaps), or not to be had. */
export interface PortState {
  readonly state: "free" | "in use" | "refused";
  readonly finding: Finding;
}

/** Listens for a moment where calls would come. */
export async function checkPort({ host, port }: Config): Promise<PortState> {
  const where = `HOST ${host}, PORT ${port}`;
  const code = await listenOnce(host, port);
  if (code !== "EADDRINUSE") return stateOf(where, code);
  return { state: "in use", finding: ok(`${where} is in use: it is asked whether by this server`) };
}

/**
 * Listens for a moment where scrapers and probes would come; nothing where they have no port.
 *
 * @param isRunning whether the server may run, so that the port may be its own
 */
export async function metricsPortFindings(
  { metricsHost, metricsPort }: Config,
  isRunning: boolean,
): Promise<Finding[]> {
  if (metricsPort === undefined || metricsPort === 0) return [];
  const where = `METRICS_HOST ${metricsHost}, METRICS_PORT ${metricsPort}`;
  const code = await listenOnce(metricsHost, metricsPort);
  if (code !== "EADDRINUSE") return [stateOf(where, code).finding];
  const inUse = `${where} is in use`;
  return [
    isRunning ? ok(inUse) : fault(`${inUse} by another program: the server would end at its start`),
  ];
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "ports below 1024 need a privilege; choose a higher one",
  EADDRNOTAVAIL: "the host is no address of this machine",
  ENOTFOUND: "the host cannot be resolved",
  EAI_AGAIN: "the host cannot be resolved now",
};

function stateOf(where: string, code: string | undefined): PortState {
  if (code === undefined) return { state: "free", finding: ok(`${where} can be listened on`) };
  const why = REASONS[code] ?? code;
  return { state: "refused", finding: fault(`${where} cannot be listened on: ${why}`) };
}

/** The code of the error; undefined where there was none. */
function listenOnce(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
