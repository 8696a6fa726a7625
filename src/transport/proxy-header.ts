/**
 * The header that a proxy puts in front of a connection to tell who its client is: the PROXY protocol, version 2, as
 * HAProxy defines it (haproxy.org/download/2.9/doc/proxy-protocol.txt, section 2.2).
 */
import { plainAddress } from "./address-list.js";
import type { CutReason } from "./cut-reasons.js";

/** The octets in front of those whose number they tell. */
export const PROXY_HEAD_BYTES = 16;
/** The most that may follow: addresses and some facts. No proxy sends more. */
export const MAX_PROXY_BODY_BYTES = 2_048;

const SIGNATURE = Buffer.from("0d0a0d0a000d0a515549540a", "hex");
const VERSION_2 = 0x2;
/** The proxy's own connection, to see whether the server is there. */
const LOCAL = 0x0;
const PROXY = 0x1;
/** Families of addresses, with TCP. */
const UNSPECIFIED = 0x00;
const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;
/** Octets of the addresses and ports of both ends. */
const IPV4_BYTES = 12;
const IPV6_BYTES = 36;
/** Octets in front of the value of a further fact (section 2.2.7). */
const FACT_HEAD_BYTES = 3;

/** What a header of a proxy breaks. */
export class ProxyHeaderError extends Error {
  override readonly name = "ProxyHeaderError";
  /** Holds nothing that the proxy has sent. */
  readonly reason: CutReason;

  constructor(reason: CutReason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Reads how many octets follow.
 *
 * @param head the first `PROXY_HEAD_BYTES` octets of a connection
 * @throws ProxyHeaderError where they begin no header, or one that is too long
 */
export function proxyBodySize(head: Buffer): number {
  if (!head.subarray(0, SIGNATURE.length).equals(SIGNATURE)) {
    throw new ProxyHeaderError("no PROXY header");
  }
  const size = head.readUInt16BE(14);
  if (size > MAX_PROXY_BODY_BYTES) throw malformed();
  return size;
}

/**
 * Reads the client's address. Undefined where the header tells of none: the connection is the proxy's own, or of a kind
 * that the proxy does not know.
 *
 * @param head as for `proxyBodySize`
 * @param body what follows it
 * @throws ProxyHeaderError where the two are no header of a TCP connection
 */
export function clientInProxyHeader(head: Buffer, body: Buffer): string | undefined {
  const versionAndCommand = head[12] as number;
  const command = versionAndCommand & 0x0f;
  if (versionAndCommand >> 4 !== VERSION_2) throw malformed();
  // What else such a header says is to be skipped.
  if (command === LOCAL) return undefined;
  if (command !== PROXY) throw malformed();
  const family = head[13] as number;
  if (family === UNSPECIFIED) return undefined;
  if (family === TCP_OVER_IPV4) {
    checkFacts(body, IPV4_BYTES);
    return body.subarray(0, 4).join(".");
  }
  if (family !== TCP_OVER_IPV6) throw malformed();
  checkFacts(body, IPV6_BYTES);
  const groups = Array.from({ length: 8 }, (_, i) => body.readUInt16BE(2 * i).toString(16));
  return plainAddress(groups.join(":"));
}

/** Addresses, and behind them facts of a type, a length and so many octets each. */
function checkFacts(body: Buffer, addressBytes: number): void {
  let at = addressBytes;
  while (at + FACT_HEAD_BYTES <= body.length) at += FACT_HEAD_BYTES + body.readUInt16BE(at + 1);
  if (at !== body.length) throw malformed();
}

function malformed(): ProxyHeaderError {
  return new ProxyHeaderError("a PROXY header that is not well-formed");
}
