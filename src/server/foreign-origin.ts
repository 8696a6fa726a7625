/**
 * Whose page makes a call. A browser refuses to hand a stranger's page the answer; the server refuses to
 * make one, before the body is read.
 */
import type { IncomingHttpHeaders } from "node:http";
import { authorityOf } from "./hosts.js";

/** More than a scheme, a name of 253 characters and a port take. */
const MAX_ORIGIN_LENGTH = 300;
const OWN_PORTS: Readonly<Record<string, string>> = { "http:": ":80", "https:": ":443" };

/**
 * Whether a request comes from a page of another origin than the server's own and the listed ones. The
 * server's own is told by the browser (Fetch Metadata, `Sec-Fetch-Site`), which no page can forge, or by
 * the name that the request asks for: a proxy that ends TLS hides the scheme. No page, no origin.
 */
export function createOriginCheck(
  allowed: readonly string[],
): (headers: IncomingHttpHeaders) => boolean {
  const origins = new Set(allowed);
  return (headers) => {
    const { origin } = headers;
    if (origin === undefined || origins.has(origin)) return false;
    // To parse what no browser sends would take milliseconds.
    if (origin.length > MAX_ORIGIN_LENGTH) return true;
    if (headers["sec-fetch-site"] === "same-origin") return false;
    if (!URL.canParse(origin)) return true;
    // Browsers leave out the scheme's own port in both; a proxy may add it to the one.
    const { host, protocol } = new URL(origin);
    const authority = authorityOf(headers);
    return authority !== host && authority !== host + OWN_PORTS[protocol];
  };
}
