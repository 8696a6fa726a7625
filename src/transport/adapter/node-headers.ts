import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Node's request headers as `Headers`, without HTTP/2's pseudo-headers. */
export function toWebHeaders(nodeHeaders: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const name of Object.keys(nodeHeaders)) {
    const value = nodeHeaders[name];
    if (value === undefined || name.startsWith(":")) continue;
    if (typeof value === "string") {
      headers.append(name, value);
    } else {
      for (const one of value) headers.append(name, one);
    }
  }
  return headers;
}

/**
 * Copies `Headers` into an object for Node's writers, over what is there.
 *
 * `Headers` joins the values of one name, save `set-cookie`, which it yields one by one: those become an array.
 */
export function copyToNodeHeaders(from: Headers, to: OutgoingHttpHeaders): void {
  for (const [name, value] of from) {
    if (name === "set-cookie") {
      to[name] = from.getSetCookie();
    } else {
      to[name] = value;
    }
  }
}
