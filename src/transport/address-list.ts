/** Addresses and networks, and whether an address is one of them. */
import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/** An IPv4 address in an IPv6 one, as `URL` spells it (RFC 4291, section 2.5.5.2). */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
/** Groups of an IPv6 address that one network has (RFC 4291, section 2.5.4): a host has all of a /64. */
const NETWORK_GROUPS = 4;

/** A list of addresses and networks in CIDR notation (RFC 4632), of both families. */
export class AddressList {
  readonly #list = new BlockList();
  // Most calls in a row come from one address, and a look-up takes a microsecond.
  #last = "";
  #isLastListed = false;

  /** @param entries such as `10.0.0.1`, `10.0.0.0/8` and `2001:db8::/32` */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [address = "", prefix] = entry.split("/");
      const family = isIPv4(address) ? "ipv4" : "ipv6";
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
  }

  /** Whether an address is listed. One of IPv4 within IPv6 is taken for the former; what is no address is not listed. */
  has(address: string): boolean {
    if (address !== this.#last) {
      this.#last = address;
      const [plain = ""] = address.split("%");
      const version = isIP(plain);
      this.#isLastListed =
        version !== 0 && this.#list.check(plain, version === 4 ? "ipv4" : "ipv6");
    }
    return this.#isLastListed;
  }
}

/**
 * An address in its one spelling: IPv6 as RFC 5952 has it, IPv4 within IPv6 as IPv4. Undefined for what is no address,
 * and for one with a zone, which means something on its own machine alone.
 */
export function plainAddress(text: string): string | undefined {
  // A copy: a piece of a header's field would keep the whole field in memory wherever the address is remembered.
  if (isIPv4(text)) return text.split(".").join(".");
  if (isIP(text) === 0 || text.includes("%")) return undefined;
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(canonical);
  if (mapped === null) return canonical;
  const [high, low] = mapped.slice(1).map((group) => Number.parseInt(group, 16)) as [
    number,
    number,
  ];
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

/** What stands before an IPv4 client's address on a port of IPv6, as sockets spell it (RFC 4291, section 2.5.5.2). */
const MAPPED_PREFIX = "::ffff:";

/**
 * An address as a socket spells it, but that of an IPv4 client of a port of IPv6: that is one of IPv4, as everywhere
 * else. Asked with every call.
 */
export function unmappedAddress(address: string): string {
  if (!address.startsWith(MAPPED_PREFIX)) return address;
  const ipv4 = address.slice(MAPPED_PREFIX.length);
  return isIPv4(ipv4) ? ipv4 : address;
}

/** Whom bounds of an address go by: an IPv4 address as it is, an IPv6 address as its /64. */
export function networkOf(socketAddress: string): string {
  const address = unmappedAddress(socketAddress);
  if (!isIPv6(address)) return address;
  const [head = "", tail] = (address.split("%")[0] as string).toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array<string>(zeros).fill("0"), ...rest];
  return `${all.slice(0, NETWORK_GROUPS).join(":")}::/64`;
}
