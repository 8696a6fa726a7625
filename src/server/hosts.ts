/**
 * Which names a server answers to. A page whose own name has been moved to 127.0.0.1 (DNS rebinding) is
 * of the server's origin to its browser; the name that it asks for gives it away.
 */
import type { IncomingHttpHeaders } from "node:http";
import { isIPv6 } from "node:net";
import { isLoopback } from "./config/host-setting.js";
import { ShownFault, wrongItems } from "./config/shown-fault.js";

/** A host of a header, without its port: a name, an IPv4 address, or an IPv6 address in brackets. */
const HOST_AND_PORT = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d{0,5})?$/;

/** The host that a request asks for, with its port: `:authority` over HTTP/2, `Host` over HTTP/1.1. */
export function authorityOf(headers: IncomingHttpHeaders): string | undefined {
  const authority = headers[":authority"] ?? headers.host;
  return typeof authority === "string" ? authority.toLowerCase() : undefined;
}

/** Whether a request asks for a loopback address, or for one of `allowed` (lower case, without ports). */
export function createHostCheck(
  allowed: readonly string[],
): (headers: IncomingHttpHeaders) => boolean {
  const names = new Set(allowed);
  // Nearly every request asks for what the one before asked for, and a look at a name takes its time.
  let last: { authority: unknown; isAllowed: boolean } = { authority: undefined, isAllowed: false };
  return (headers) => {
    const authority = headers[":authority"] ?? headers.host;
    if (authority === undefined || authority !== last.authority) {
      last = { authority, isAllowed: isListed(authorityOf(headers) ?? "", names) };
    }
    return last.isAllowed;
  };
}

function isListed(authority: string, names: ReadonlySet<string>): boolean {
  const host = HOST_AND_PORT.exec(authority)?.[1];
  if (host === undefined) return false;
  const name = host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return isLoopback(name) || names.has(name);
}

/**
 * Parses ALLOWED_HOSTS: names and addresses without ports, separated by commas.
 * @throws ShownFault with every entry that is none, and its place.
 */
export function parseHosts(text: string): readonly string[] {
  const entries = text.split(",").map((entry) => entry.trim().toLowerCase());
  const wrong = wrongItems(entries, isHost);
  if (wrong !== "") {
    throw new ShownFault(
      `must list host names such as tokens.example.com (no scheme, no port, no *), not ${wrong}`,
    );
  }
  return [...new Set(entries.map((entry) => entry.replace(/^\[|\]$/g, "")))];
}

function isHost(text: string): boolean {
  return (
    /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(text) ||
    // An IPv4 address with a port holds colons too.
    isIPv6(/^\[(.*)\]$/.exec(text)?.[1] ?? text)
  );
}
