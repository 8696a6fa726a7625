/** Which proxies are believed when they tell whom they speak for, and whom a request comes from. */
import type { IncomingHttpHeaders } from "node:http";
import { isIP, isIPv4, type Socket } from "node:net";
import { AddressList, plainAddress } from "../transport/address-list.js";
import { peerOf } from "../transport/proxied-connections.js";
import { ShownFault, wrongItems } from "./config/shown-fault.js";

const FORWARDED_FOR = "x-forwarded-for";
const LOOPBACK_WORD = "loopback";
/** What the word stands for. */
const LOOPBACK = ["127.0.0.0/8", "::1"];
/** An address as proxies write it: some add the port, and IPv6 may stand in brackets. */
const WITH_PORT = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?$/;

/** Tells the address that a request comes from. */
export type ClientOf = (headers: IncomingHttpHeaders, socket: Socket | undefined) => string;

/** The widest networks that are believed, in bits: one operator's, such as 10.0.0.0/8 and fc00::/7. */
const WIDEST = { ipv4: 8, ipv6: 7, mapped: 104 };
/** Where IPv4 lies within IPv6 (RFC 4291, section 2.5.5.2). */
const MAPPED = { address: "::ffff:0:0", bits: 96 };

/** The connection's own other end, whatever a header says. */
export const connectedClient: ClientOf = (_, socket) =>
  socket === undefined ? "" : peerOf(socket);

/**
 * Believes the `x-forwarded-for` of `proxies` and of nobody else: a request comes from the rightmost address that is
 * none of them, since what stands left of it was written by whoever it names. Where the field cannot be read so far, the
 * request comes from the proxy.
 */
export function createClientOf(proxies: readonly string[]): ClientOf {
  if (proxies.length === 0) return connectedClient;
  const list = new AddressList(proxies);
  // Most requests over a proxy's connection are of the client before.
  let last = { field: "", client: "" };
  return (headers, socket) => {
    const peer = connectedClient(headers, socket);
    const field = headers[FORWARDED_FOR];
    if (typeof field !== "string" || !list.has(peer)) return peer;
    if (field !== last.field) last = { field, client: clientIn(field, list) ?? "" };
    return last.client === "" ? peer : last.client;
  };
}

function clientIn(field: string, proxies: AddressList): string | undefined {
  let client: string | undefined;
  for (const entry of field.split(",").reverse()) {
    const text = entry.trim();
    const [, inBrackets, withPort] = WITH_PORT.exec(text) ?? [];
    client = plainAddress(inBrackets ?? withPort ?? text);
    if (client === undefined || !proxies.has(client)) return client;
  }
  return client;
}

/**
 * Parses TRUSTED_PROXIES: addresses, networks in CIDR notation and the word `loopback`, separated by commas.
 * @throws ShownFault with every entry that is none, or too wide, and its place.
 */
export function parseProxies(text: string): readonly string[] {
  const entries = text.split(",").map((entry) => entry.trim().toLowerCase());
  const wrong = wrongItems(entries, isProxy);
  if (wrong !== "") {
    throw new ShownFault(
      `must list addresses (10.0.0.1), networks (10.0.0.0/8, 2001:db8::/32) and loopback, not ${wrong}`,
    );
  }
  const wide = wrongItems(entries, isNarrow);
  if (wide !== "") {
    throw new ShownFault(
      `must list no network wider than /8 of IPv4 (/104 within ::ffff:0:0/96) or /7 of IPv6, since whoever is in it names any address, not ${wide}`,
    );
  }
  return [...new Set(entries.flatMap((entry) => (entry === LOOPBACK_WORD ? LOOPBACK : [entry])))];
}

function isProxy(entry: string): boolean {
  if (entry === LOOPBACK_WORD) return true;
  const [address = "", prefix, ...more] = entry.split("/");
  if (isIP(address) === 0 || address.includes("%") || more.length > 0) return false;
  if (prefix === undefined) return true;
  const bits = Number(prefix);
  return /^(0|[1-9]\d{0,2})$/.test(prefix) && bits <= (isIPv4(address) ? 32 : 128);
}

/** What two or three entries could believe everybody with is too wide: a slip of the prefix. */
function isNarrow(entry: string): boolean {
  const [address = "", prefix] = entry.split("/");
  if (prefix === undefined) return true;
  const bits = Number(prefix);
  if (isIPv4(address)) return bits >= WIDEST.ipv4;
  if (bits < WIDEST.ipv6) return false;
  // Every address of IPv4 is in ::/8 too.
  const around = new AddressList([`${address}/${Math.min(bits, MAPPED.bits)}`]);
  return bits >= WIDEST.mapped || !around.has(MAPPED.address);
}
