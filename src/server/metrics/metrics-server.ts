/** The port of METRICS_PORT: `/metrics` for scrapers, `/livez` and `/readyz` for probes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { combineReadiness, type ProcessReport, type Readiness } from "./report.js";
import { formatMetrics, METRICS_CONTENT_TYPES, type MetricsFormat } from "./text.js";

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

/** For how long an answer is given to all who ask, in milliseconds: making it takes time of every worker. */
const SHARED_MS = 250;

/**
 * Starts to listen. Rejects with what `listen` of node:net throws.
 *
 * @param now milliseconds of a clock that never goes back. Default `performance.now`
 */
export function startMetricsServer(
  reports: Reports,
  port: number,
  host: string,
  now: () => number = () => performance.now(),
): Promise<MetricsServer> {
  const texts = textsOf(reports, now);
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
    answer(texts, request, response).catch(() => {
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

/** What is answered, each made anew once it is older than `SHARED_MS`. */
interface Texts {
  readonly readiness: () => Promise<Readiness>;
  readonly prometheus: () => Promise<string>;
  readonly openmetrics: () => Promise<string>;
}

function textsOf(reports: Reports, now: () => number): Texts {
  const all = shared(reports, now);
  const format = (name: MetricsFormat) =>
    shared(async () => {
      const told = await all();
      return formatMetrics(
        told.map(({ metrics }) => metrics),
        name,
      );
    }, now);
  return {
    readiness: async () => combineReadiness((await all()).map((each) => each.readiness)),
    prometheus: format("prometheus"),
    openmetrics: format("openmetrics"),
  };
}

function shared<T>(make: () => Promise<T>, now: () => number): () => Promise<T> {
  let last: Promise<T> | undefined;
  let madeAt = 0;
  return () => {
    if (last === undefined || now() - madeAt >= SHARED_MS) {
      madeAt = now();
      last = make();
    }
    return last;
  };
}

async function answer(
  texts: Texts,
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
    const readiness = await texts.readiness();
    const status = readiness.ready ? 200 : 503;
    return send(request, response, status, "application/json", `${JSON.stringify(readiness)}\n`);
  }
  const format = (request.headers.accept ?? "").includes("application/openmetrics-text")
    ? "openmetrics"
    : "prometheus";
  send(request, response, 200, METRICS_CONTENT_TYPES[format], await texts[format]());
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
