/** Bounds how often each address calls: for callers that have no row, and so no rate, of their own. */
import { isIPv6 } from "node:net";
import { TokenBucket } from "./token-bucket.js";

/** The most addresses that are remembered; beyond it the one that has called first is forgotten. */
const MAX_ADDRESSES = 10_000;
/** Groups of an IPv6 address that one network has (RFC 4291, section 2.5.4): a host has all of a /64. */
const NETWORK_GROUPS = 4;

/** A rate for every address. */
export class AddressRates {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, TokenBucket>();

  /** `perSecond` calls of one address, above 0; Infinity: no bound. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Takes one call of an address, and gives 0; or the milliseconds until there will be one. */
  take(address: string, now?: number): number {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return 0;
    const network = networkOf(address);
    let bucket = this.#buckets.get(network);
    if (!bucket) {
      bucket = new TokenBucket(this.#perSecond, now);
      if (this.#buckets.size >= MAX_ADDRESSES) {
        const [oldest] = this.#buckets.keys();
        this.#buckets.delete(oldest as string);
      }
      this.#buckets.set(network, bucket);
    }
    return bucket.take(now);
  }
}

/** An IPv4 address as it is, an IPv6 address as its /64. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = (address.split("%")[0] as string).toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array<string>(zeros).fill("0"), ...rest];
  return `${all.slice(0, NETWORK_GROUPS).join(":")}::/64`;
}
