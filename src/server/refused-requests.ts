/**
 * Tells of requests that are refused before they are calls: another host's, no method's, malformed ones, preflights of
 * pages that may not call.
 */
import {
  type HttpExchange,
  type HttpHandler,
  type HttpResponse,
  pathOf,
} from "../transport/adapter/index.js";
import { type ClientOf, connectedClient } from "./trusted-proxies.js";

/** UNIMPLEMENTED: what a call of gRPC is told that asks for a path without a method. */
const GRPC_UNIMPLEMENTED = "12";

/** Is told of every refused request: the peer's address and the status of HTTP. */
export type OnRefused = (peer: string, status: number) => void;

/**
 * The same handler, which tells of what it refuses.
 *
 * @param isCall whether the log has a line of the exchange already
 * @param clientOf tells whom it comes from
 */
export function observeRefused(
  handler: HttpHandler,
  onRefused: OnRefused,
  isCall: (exchange: HttpExchange) => boolean,
  clientOf: ClientOf = connectedClient,
): HttpHandler {
  return async (exchange) => {
    // Before the answer: by its end the connection may be gone.
    const peer = clientOf(exchange.headers, exchange.socket);
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
