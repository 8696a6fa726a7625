/**
 * Tells of requests that are refused before they are calls: another host's, no method's, malformed ones, preflights of
 * pages that may not call. Calls leave a line each in the log; these may come in floods from anyone, and leave few.
 */
import type { Logger } from "pino";
import {
  type HttpExchange,
  type HttpHandler,
  type HttpResponse,
  pathOf,
} from "../transport/adapter/index.js";

/** For how long one status leaves one line in the log, in milliseconds. */
const QUIET_MS = 10_000;
/** UNIMPLEMENTED: what a call of gRPC is told that asks for a path without a method. */
const GRPC_UNIMPLEMENTED = "12";

/** Is told of every refused request: the peer's address and the status of HTTP. */
export type OnRefused = (peer: string, status: number) => void;

/**
 * Counts, and writes a line for the first request of each status; of those that follow within ten seconds the next line
 * tells how many there were. Lines hold nothing that the peer has sent.
 *
 * @param count is told of each
 * @param now a monotonic time in milliseconds
 */
export function createRefusedRequests(
  logger: Logger,
  count: (status: number) => void = () => {},
  now: () => number = () => performance.now(),
): OnRefused {
  const told = new Map<number, { at: number; unsaid: number }>();
  return (peer, status) => {
    count(status);
    const last = told.get(status);
    const at = now();
    if (last !== undefined && at - last.at < QUIET_MS) {
      last.unsaid++;
      return;
    }
    told.set(status, { at, unsaid: 0 });
    const unsaid = last?.unsaid ?? 0;
    logger.info({ peer, status, ...(unsaid > 0 && { unsaid }) }, "request refused");
  };
}

/**
 * The same handler, which tells of what it refuses.
 *
 * @param isCall whether the log has a line of the exchange already
 */
export function observeRefused(
  handler: HttpHandler,
  onRefused: OnRefused,
  isCall: (exchange: HttpExchange) => boolean,
): HttpHandler {
  return async (exchange) => {
    // Before the answer: by its end the connection may be gone.
    const peer = exchange.socket?.remoteAddress ?? "";
    const response = await handler(exchange);
    const status = refusedStatus(response);
    if (status !== undefined && !isCall(exchange)) onRefused(peer, status);
    return response;
  };
}

/** Whether the path of an exchange is one of these methods'. */
export function createPathCheck(
  paths: Iterable<string>,
): (exchange: Pick<HttpExchange, "path">) => boolean {
  const known = new Set(paths);
  return (exchange) => known.has(pathOf(exchange));
}

function refusedStatus({ status, header }: HttpResponse): number | undefined {
  if (status >= 400) return status;
  return header?.get("grpc-status") === GRPC_UNIMPLEMENTED ? 404 : undefined;
}
