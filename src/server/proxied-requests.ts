/** Tells that a proxy stands before a server that takes everybody for somebody on its own machine. */
import type { IncomingHttpHeaders } from "node:http";
import type { Logger } from "pino";

/** What proxies add: RFC 7239, and its forerunners. */
const HEADERS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];

/**
 * Looks at requests until the first that has come through a proxy, and warns of it once: on a loopback
 * address without callers anyone may do everything, and the proxy lets others in.
 */
export function createProxyWarning(logger: Logger): (headers: IncomingHttpHeaders) => void {
  let warned = false;
  return (headers) => {
    if (warned || !HEADERS.some((name) => headers[name] !== undefined)) return;
    warned = true;
    logger.warn(
      "requests come through a proxy, and anyone may do everything: set CALLERS_FILE, or keep the proxy to this machine",
    );
  };
}
