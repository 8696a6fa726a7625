/** The port of METRICS_PORT: `/metrics` for scrapers, `/livez` and `/readyz` for probes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { formatMetrics, METRICS_CONTENT_TYPES } from "./registry.js";
import { combineReadiness, type ProcessReport } from "./report.js";

/** Gives the report of each process at this moment. */
export type Reports = () => Promise<readonly ProcessReport[]>;

/** A port that listens. */
export interface MetricsServer {
  readonly address: AddressInfo;
  close(): Promise<void>;
}

/** Bounds of a port that few programs ask. */
const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 75_000,
};
const MAX_CONNECTIONS = 64;
/** How long a connection may take for an answer or send nothing of a request, in milliseconds. */
const SILENCE_MS = 10_000;

/** Starts to listen. Rejects with what `listen` of node:net throws. */
export function startMetricsServer(
  reports: Reports,
  port: number,
  host: string,
): Promise<MetricsServer> {
  const answering = new WeakSet<Socket>();
  const connections = new Set<Socket>();
  const server = createServer(LIMITS, (request, response) => {
    const { socket } = request;
    // Scrapers and probes wait for an answer: requests ahead of it would be work that nobody bounds.
    if (answering.has(socket)) {
      socket.destroy();
      return;
    }
    answering.add(socket);
    response.once("close", () => answering.delete(socket));
    keepNewest(connections, socket);
    // Nothing here takes a body.
    request.resume();
    answer(reports, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.setTimeout(SILENCE_MS);
  server.on("connection", (socket) => {
    keepNewest(connections, socket);
    socket.once("close", () => connections.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve({ address: server.address() as AddressInfo, close: () => close(server) });
    });
  });
}

/**
 * Puts a connection that opens or asks behind the others, and cuts the first where there are too many: a
 * probe gets in, whoever holds the rest.
 */
function keepNewest(connections: Set<Socket>, socket: Socket): void {
  connections.delete(socket);
  connections.add(socket);
  const [first] = connections;
  if (connections.size > MAX_CONNECTIONS) first?.destroy();
}

async function answer(
  reports: Reports,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path] = (request.url ?? "").split("?", 1);
  const found = path === "/metrics" || path === "/livez" || path === "/readyz";
  if (!found) return send(request, response, 404, "text/plain", "not found\n");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return send(request, response, 405, "text/plain", "method not allowed\n");
  }
  if (path === "/livez") return send(request, response, 200, "text/plain", "live\n");
  if (path === "/readyz") {
    const all = await reports();
    const readiness = combineReadiness(all.map((each) => each.readiness));
    const status = readiness.ready ? 200 : 503;
    return send(request, response, status, "application/json", `${JSON.stringify(readiness)}\n`);
  }
  const format = (request.headers.accept ?? "").includes("application/openmetrics-text")
    ? "openmetrics"
    : "prometheus";
  const all = await reports();
  const text = await formatMetrics(
    all.map(({ metrics }) => metrics),
    format,
  );
  send(request, response, 200, METRICS_CONTENT_TYPES[format], text);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    "content-type": type,
    "content-length": body.byteLength,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}
