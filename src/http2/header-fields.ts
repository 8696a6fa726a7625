/** Header lists of requests, and the rules of RFC 9113, section 8, that they must keep. */

import { isMethod, isTarget } from "./field-syntax.js";
import type { FieldSink } from "./hpack/decoder.js";
import type { Field } from "./hpack/dynamic-table.js";

/**
 * Header fields as received: lower-case names, pseudo-fields included (`:method`), values as Latin-1
 * text. A name that came more than once has its values joined with ", ", those of `cookie` with "; "
 * (section 8.2.3). So two values of one name never pass for one.
 */
export type HeaderFields = Readonly<Record<string, string | undefined>>;

/** Objects without inherited members, which V8 keeps in its fast form, unlike `Object.create(null)`. */
const Fields = function Fields() {} as unknown as { new (): Record<string, string | undefined> };
Fields.prototype = Object.create(null);

/** Fields that speak of a connection, which HTTP/2 has no use for (section 8.2.2). */
const CONNECTION_FIELDS = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);
const REQUEST_PSEUDO_FIELDS = new Set([":method", ":scheme", ":authority", ":path"]);

/** Between two lists. */
const NO_FIELDS = Object.freeze(new Fields());

/** Collects a header list and checks it on the way. */
export class HeaderListReader implements FieldSink {
  fields: Record<string, string | undefined> = NO_FIELDS;
  /** What is wrong with the list, for the log; undefined while nothing is. */
  fault: string | undefined;
  #areTrailers = false;
  #seenRegular = false;

  /** Begins a list. */
  begin(areTrailers: boolean): void {
    this.fields = new Fields();
    this.fault = undefined;
    this.#areTrailers = areTrailers;
    this.#seenRegular = false;
  }

  /** Ends a list, which is kept by nobody but its user from then on. */
  end(): void {
    this.fields = NO_FIELDS;
  }

  field({ name, value, isValid }: Field): void {
    if (!isValid) {
      this.fault ??= "a header field with characters that are not allowed";
      return;
    }
    if (name.charCodeAt(0) === 0x3a) this.#pseudo(name);
    else this.#regular(name, value);
    const known = this.fields[name];
    if (known === undefined) this.fields[name] = value;
    else this.fields[name] = known + (name === "cookie" ? "; " : ", ") + value;
  }

  /** The whole list's fault once it has ended, undefined for a request that can be served. */
  requestFault(): string | undefined {
    if (this.fault !== undefined) return this.fault;
    const { fields } = this;
    const path = fields[":path"];
    if (fields[":method"] === "CONNECT") {
      // Without a path or a scheme (section 8.5). It is answered, not served.
      return path === undefined && fields[":scheme"] === undefined
        ? undefined
        : "a CONNECT with a path";
    }
    if (!isMethod(fields[":method"] ?? "")) return "no :method";
    if (fields[":scheme"] === undefined || fields[":scheme"] === "") return "no :scheme";
    if (path === undefined) return "no :path";
    const isAsterisk = path === "*" && fields[":method"] === "OPTIONS";
    if (path.charCodeAt(0) !== 0x2f && !isAsterisk) return "a :path that does not start with /";
    if (!isTarget(path)) return "a :path with characters that are not allowed";
    const { host } = fields;
    const authority = fields[":authority"] ?? host;
    if (authority === undefined) return undefined;
    if (host !== undefined && host !== authority && !areSame(host, authority, fields[":scheme"])) {
      return "a host that is not the :authority";
    }
    // A second `host` is joined to the first with a space.
    return isTarget(authority) ? undefined : "an authority with characters that are not allowed";
  }

  #pseudo(name: string): void {
    if (this.#areTrailers) this.fault ??= "a pseudo-field in trailers";
    else if (this.#seenRegular) this.fault ??= "a pseudo-field behind other fields";
    else if (!REQUEST_PSEUDO_FIELDS.has(name)) this.fault ??= "an unknown pseudo-field";
    else if (this.fields[name] !== undefined) this.fault ??= "a pseudo-field that comes twice";
  }

  #regular(name: string, value: string): void {
    this.#seenRegular = true;
    if (CONNECTION_FIELDS.has(name)) this.fault ??= "a field that speaks of the connection";
    else if (name === "te" && value.toLowerCase() !== "trailers")
      this.fault ??= "a te other than trailers";
  }
}

/** Whether two authorities are one, however they are spelled (RFC 9113, section 8.3.1; RFC 3986, section 6.2.3). */
function areSame(one: string, other: string, scheme: string): boolean {
  const ownPort = scheme.toLowerCase() === "https" ? /:(?:443)?$/ : /:(?:80)?$/;
  return one.toLowerCase().replace(ownPort, "") === other.toLowerCase().replace(ownPort, "");
}

/** The length that `content-length` announces; undefined without one, NaN where it is no number. */
export function contentLengthOf(fields: HeaderFields): number | undefined {
  const text = fields["content-length"];
  if (text === undefined) return undefined;
  return text.length <= 15 && /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
