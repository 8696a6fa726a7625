/** Cross-origin calls (the Fetch standard, "HTTP-CORS protocol"): an exact list, and nothing else. */
import { cors as connect } from "@connectrpc/connect";
import { addHeader, type HttpExchange, type HttpHandler } from "../transport/adapter/index.js";
import { ShownFault, wrongItems } from "./config/shown-fault.js";

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
 * An origin of an application's own scheme: `capacitor://localhost`, `app://.` (Electron),
 * `capacitor-electron://-`. Its host is no domain: WebKit keeps its upper case (the URL standard's
 * "opaque host"), as in `safari-web-extension://4B1C…`.
 */
const APPLICATION_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9._~-]+(?::[1-9]\d{0,4})?$/;
/** Schemes whose pages have the origin `null`, files above all, and what no page is loaded from. */
const NO_ORIGINS = /^(?:https?|wss?|ftp|file|data|blob|about|javascript|null):/;

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

/**
 * Parses CORS_ORIGINS: exact origins (RFC 6454), separated by commas, in the spelling in which
 * browsers send them.
 * @throws ShownFault with every entry that is none, and its place.
 */
export function parseOrigins(text: string): readonly string[] {
  const entries = text.split(",").map((entry) => entry.trim());
  const wrong = wrongItems(entries, isOrigin);
  if (wrong !== "") {
    throw new ShownFault(
      `must list exact origins such as https://app.example.com (lower case, no path, no default ` +
        `port, no *), not ${wrong}`,
    );
  }
  return [...new Set(entries)];
}

/** URL itself would take a `*` for the name of a host, and gives no origin of other schemes than the web's. */
function isOrigin(text: string): boolean {
  if (/^https?:[^*]+$/.test(text)) return URL.canParse(text) && new URL(text).origin === text;
  return APPLICATION_ORIGIN.test(text) && !NO_ORIGINS.test(text);
}
