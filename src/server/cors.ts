/** Cross-origin calls (the Fetch standard, "HTTP-CORS protocol"): an exact list, and nothing else. */
import { cors as connect } from "@connectrpc/connect";
import { addHeader, type HttpExchange, type HttpHandler } from "../transport/adapter/index.js";

/** How long a browser may remember a preflight, in seconds: the most that Chromium takes. */
const MAX_AGE_SECONDS = 7200;
/** Where credentials go. They are headers that a page sets itself: cookies are never asked for. */
const CREDENTIAL_HEADER = "Authorization";
/** What tracers in browsers add to calls (W3C Trace Context and Baggage). */
const TRACE_HEADERS = ["traceparent", "tracestate", "baggage"];
/** When a refused call may be made again; see `askForRetry`. */
const RETRY_HEADERS = ["Retry-After", "Grpc-Retry-Pushback-Ms"];
/** What the log knows a call by. */
const REQUEST_ID_HEADER = "X-Request-Id";

/**
 * Lets pages of `origins` call `handler`. Pages of its own origin need no leave; every other page's
 * browser refuses to send calls, which all need a preflight, and to hand over answers.
 */
export function withCors(handler: HttpHandler, origins: readonly string[]): HttpHandler {
  const allowed = new Set(origins);
  const preflight = {
    "access-control-allow-methods": connect.allowedMethods.join(", "),
    "access-control-allow-headers": [
      ...connect.allowedHeaders,
      CREDENTIAL_HEADER,
      ...TRACE_HEADERS,
      REQUEST_ID_HEADER,
    ].join(", "),
    "access-control-max-age": String(MAX_AGE_SECONDS),
  };
  const exposed = [...connect.exposedHeaders, ...RETRY_HEADERS, REQUEST_ID_HEADER].join(", ");
  return async (exchange) => {
    const { origin } = exchange.headers;
    const welcome = origin !== undefined && allowed.has(origin);
    const ours = {
      // Said without an Origin too: a cache must not hand the one kind of answer to the other.
      vary: "Origin",
      ...(welcome && { "access-control-allow-origin": origin }),
    };
    if (isPreflight(exchange)) {
      const header = new Headers(welcome ? { ...ours, ...preflight } : ours);
      return { status: welcome ? 204 : 403, header };
    }
    const response = await handler(exchange);
    return addHeader(
      response,
      welcome ? { ...ours, "access-control-expose-headers": exposed } : ours,
    );
  };
}

/** Whether a browser asks whether a page may make a call. */
export function isPreflight({ method, headers }: HttpExchange): boolean {
  return (
    method === "OPTIONS" &&
    headers.origin !== undefined &&
    headers["access-control-request-method"] !== undefined
  );
}
