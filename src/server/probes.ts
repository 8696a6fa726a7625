/** `/livez` and `/readyz` on the port of the calls, for balancers that reach no other. */
import { type HttpHandler, type HttpResponse, isGrpc, pathOf } from "../transport/adapter/index.js";

/**
 * Answers both paths with a status alone: which part is not in force is told by METRICS_PORT. Everything else is
 * `handler`'s.
 *
 * @param isReady whether calls may come
 */
export function withProbes(handler: HttpHandler, isReady: () => boolean): HttpHandler {
  const statuses = new Map([
    ["/livez", () => 200],
    ["/readyz", () => (isReady() ? 200 : 503)],
  ]);
  return (exchange) => {
    const status = statuses.get(pathOf(exchange));
    // A call of gRPC to an unknown method is answered with gRPC's own status.
    if (status === undefined || isGrpc(exchange)) return handler(exchange);
    const { method } = exchange;
    return method === "GET" || method === "HEAD" ? statusAlone(status()) : notAllowed();
  };
}

function statusAlone(status: number): HttpResponse {
  return { status, header: new Headers({ "cache-control": "no-store", "content-length": "0" }) };
}

function notAllowed(): HttpResponse {
  const header = new Headers({ allow: "GET, HEAD", "content-length": "0" });
  return { status: 405, header };
}
