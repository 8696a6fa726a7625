/** What an HTTP/1.1 request asks for, and of which host (RFC 9112, section 3.2). */
import type { IncomingMessage } from "node:http";

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]+)([^#]*)$/i;

/**
 * Makes `http://host/path`, which a client sends that takes the server for a proxy, a path. The host of the target
 * counts, whatever `Host` says (section 3.2.2).
 */
export function toOriginForm(request: IncomingMessage): void {
  const { url = "" } = request;
  if (url.startsWith("/")) return;
  const [, host, path = ""] = ABSOLUTE_FORM.exec(url) ?? [];
  if (host === undefined) return;
  request.headers.host = host;
  request.url = path.startsWith("/") ? path : `/${path}`;
}

/**
 * Whether a request names its host once, as HTTP/1.1 asks (section 3.2); HTTP/1.0 lets it name none. Of several `Host`
 * headers Node reads the first, and a proxy that reads the last would have checked another host.
 */
export function namesHostOnce({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  let found = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === "host") found++;
  }
  return found === 1 || (found === 0 && httpVersion === "1.0");
}

/**
 * Whether a request offers to go on in another protocol (RFC 9110, section 7.8). There is none here, and the request is
 * answered as it is.
 */
export function offersUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade !== undefined && /\bupgrade\b/i.test(headers.connection ?? "");
}
