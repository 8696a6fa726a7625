/** Whether a server could listen where it is told to. */
import { createServer } from "node:net";
import { type Finding, fault, ok } from "../../server/checkup/finding.js";

/** What was found of an address: free, in use (by the server itself, perhaps), or not to be had. */
export interface PortState {
  readonly state: "free" | "in use" | "refused";
  readonly finding: Finding;
}

/** Listens for a moment. */
export async function checkPort(host: string, port: number): Promise<PortState> {
  const where = `HOST ${host}, PORT ${port}`;
  const code = await listenOnce(host, port);
  if (code === undefined) return { state: "free", finding: ok(`${where} can be listened on`) };
  if (code === "EADDRINUSE") {
    return {
      state: "in use",
      finding: ok(`${where} is in use: it is asked whether by this server`),
    };
  }
  const reason = REASONS[code] ?? code;
  return { state: "refused", finding: fault(`${where} cannot be listened on: ${reason}`) };
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "ports below 1024 need a privilege; choose a higher one",
  EADDRNOTAVAIL: "HOST is no address of this machine",
  ENOTFOUND: "HOST cannot be resolved",
  EAI_AGAIN: "HOST cannot be resolved now",
};

function listenOnce(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
