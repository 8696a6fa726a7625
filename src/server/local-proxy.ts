/** Whether a server takes its own machine for a proxy, whose connections begin with a header of the PROXY protocol. */
import { isIP } from "node:net";
import { AddressList } from "../transport/address-list.js";
import { type Address, isLoopback } from "./config/index.js";

/**
 * Whether a connection to a server from its own machine is cut unless it begins with such a header, which commands do
 * not send. Who connects to an address of the machine comes from that address, on loopback from 127.0.0.1 or ::1.
 */
export function awaitsHeaderHere({ host, trustedProxies, proxyHeaders }: Address): boolean {
  if (!proxyHeaders) return false;
  const list = new AddressList(trustedProxies);
  return sourcesFor(host).some((source) => list.has(source));
}

function sourcesFor(host: string): string[] {
  if (host === "::" || host === "::1") return ["::1"];
  if (host === "0.0.0.0") return ["127.0.0.1"];
  if (!isLoopback(host)) return [host];
  return isIP(host) === 0 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];
}
