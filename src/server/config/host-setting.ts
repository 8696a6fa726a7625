/** HOST, PORT and their like: where a server listens. Other software sets variables of these names too. */
import { isIP } from "node:net";
import type { Kind } from "./parsers.js";
import { ShownFault, shownValue } from "./shown-fault.js";

/** The longest host name (RFC 1035, section 2.3.4). */
const LONGEST_HOST = 253;
/** A label of a host name (RFC 1123, section 2.1). */
const LABEL = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/;

/** An address or a host name; an IPv6 address may stand in brackets. */
export const hostName: Kind<string> = {
  parse(text) {
    const host = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
    if (isIP(host) !== 0) return host;
    const isName = host.length <= LONGEST_HOST && host.split(".").every((it) => LABEL.test(it));
    if (!isName || host !== text) {
      throw new ShownFault(
        `is ${shownValue(text)}, which is neither an IP address nor a host name. Other software sets such a variable too (conda sets HOST): set an address such as 127.0.0.1, or unset it`,
      );
    }
    return host;
  },
  schema: { minLength: 1 },
};

/** A TCP port, or 0 for any that is free. */
export const portNumber: Kind<number> = {
  parse(text) {
    if (/^(tcp|udp):\/\//.test(text)) {
      throw new ShownFault(
        `is ${shownValue(text)}, as Kubernetes writes the address of a Service: set a number, or enableServiceLinks: false in the pod`,
      );
    }
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
      throw new Error("must be a port, 0 to 65535");
    }
    return Number(text);
  },
  schema: { pattern: "^[0-9]{1,5}$" },
};

/** Whether only this machine can reach a host: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  return (
    host.toLowerCase() === "localhost" ||
    host === "::1" ||
    (isIP(host) === 4 && host.startsWith("127."))
  );
}
