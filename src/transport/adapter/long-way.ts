import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import type { HttpExchange, HttpHandler, HttpResponse } from "./http-exchange.js";
import { addHeader, isGrpc, pathOf } from "./http-exchange.js";
import { LongCall } from "./long-call.js";
import type { Hooks } from "./options.js";
import { refusal } from "./refusal.js";
import type { Route } from "./routes.js";

/** What the long way needs to know of its adapter. */
export interface LongWayOptions {
  /** Every method, by request path. */
  readonly routes: ReadonlyMap<string, Route>;
  /** Connect's handler of each, by request path. */
  readonly handlers: ReadonlyMap<string, UniversalHandler>;
  /** Answers every other path. */
  readonly fallback: HttpHandler | undefined;
  /** Names of the compressions that requests may use; empty where there are none. */
  readonly compressions: readonly string[];
  readonly hooks: Hooks;
}

/**
 * The long way: everything goes through Connect's own handlers, under the same permission and the same deadline as on
 * the short way.
 */
export function createLongWay(options: LongWayOptions): HttpHandler {
  const { routes, handlers, hooks, compressions } = options;
  const { challenge } = hooks;
  const fallback = options.fallback ?? notFound;
  return async (exchange) => {
    const path = pathOf(exchange);
    const route = routes.get(path);
    const handler = handlers.get(path);
    const response =
      route === undefined || handler === undefined
        ? await fallback(exchange)
        : await new LongCall(exchange, route, handler, { hooks, compressions }).answer();
    const isChallenged = response.status === 401 && challenge !== undefined;
    return isChallenged ? addHeader(response, { "www-authenticate": challenge }) : response;
  };
}

/** A client of gRPC expects its own status, and HTTP's 200 (gRPC over HTTP/2, "Responses"). */
function notFound(exchange: HttpExchange): HttpResponse {
  if (!isGrpc(exchange)) return { status: 404 };
  const error = new ConnectError("no such method", Code.Unimplemented);
  return refusal(undefined, exchange.headers["content-type"] ?? "", error);
}
