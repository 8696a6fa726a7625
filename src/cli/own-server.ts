/** Where a server of a configuration is reached from its own machine. */
import type { Address } from "../server/config/index.js";

const ANY_ADDRESS: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Its URL; a server that listens on every address is asked on loopback. */
export function urlOf({ host, port, tlsFiles }: Address): string {
  const here = ANY_ADDRESS[host] ?? host;
  const name = here.includes(":") ? `[${here}]` : here;
  return `${tlsFiles ? "https" : "http"}://${name}:${port}`;
}
