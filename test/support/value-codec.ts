/**
 * Values as text and back, between a test and the page it drives: with everything that the client
 * takes and gives, which JSON alone would lose.
 */
import { ConnectError } from "@connectrpc/connect";
import {
  Duration,
  Instant,
  InvalidTokenError,
  PermissionDeniedError,
  TokenError,
  TokenExpiredError,
} from "../../src/client/public-api.js";

/** How the two sides carry a signal: by its number. */
export interface SignalCarrier {
  encode(signal: AbortSignal): number;
  decode(id: number): AbortSignal;
}

type Encoded = readonly [kind: string, ...rest: unknown[]];

/** As text. */
export function encodeValue(value: unknown, signals?: SignalCarrier): string {
  const encode = (value: unknown): Encoded => {
    if (value === undefined) return ["undefined"];
    if (typeof value === "bigint") return ["bigint", String(value)];
    if (typeof value === "number" && !Number.isFinite(value)) return ["number", String(value)];
    if (typeof value !== "object" || value === null) return ["json", value];
    if (value instanceof AbortSignal) return ["signal", signals?.encode(value)];
    if (value instanceof Uint8Array) return ["bytes", [...value]];
    if (value instanceof Instant) return ["instant", value.seconds, value.micros];
    if (value instanceof Duration) return ["duration", value.seconds, value.micros];
    if (value instanceof TokenError) {
      const { name, message, reason, field, metadata, code, cause } = value;
      const facts = { reason, field, metadata, code, cause };
      if (value instanceof TokenExpiredError) {
        return ["TokenExpiredError", message, encode(facts), encode(value.expiredAt)];
      }
      return value instanceof PermissionDeniedError
        ? ["PermissionDeniedError", message, encode(facts), encode(value.requiredPermission)]
        : [name, message, encode(facts)];
    }
    if (value instanceof ConnectError) return ["ConnectError", value.rawMessage, value.code];
    if (value instanceof Error) return ["Error", `${value.name}: ${value.message}`];
    if (Array.isArray(value)) return ["array", Array.from(value, encode)];
    return ["object", Object.entries(value).map(([name, member]) => [name, encode(member)])];
  };
  return JSON.stringify(encode(value));
}

/** From text. */
export function decodeValue(text: string, signals?: SignalCarrier): unknown {
  // biome-ignore lint/suspicious/noExplicitAny: the kind tells what the rest is.
  const decode = ([kind, first, second, third]: any): unknown => {
    const facts = () => decode(second) as ConstructorParameters<typeof TokenError>[1];
    switch (kind) {
      case "undefined":
        return undefined;
      case "bigint":
        return BigInt(first);
      case "number":
        return Number(first);
      case "json":
        return first;
      case "signal":
        return signals?.decode(first);
      case "bytes":
        return new Uint8Array(first);
      case "instant":
        return new Instant(first, second);
      case "duration":
        return new Duration(first, second);
      case "array":
        return first.map(decode);
      case "object":
        return Object.fromEntries(
          first.map(([name, member]: [string, Encoded]) => [name, decode(member)]),
        );
      case "TokenError":
        return new TokenError(first, facts());
      case "InvalidTokenError":
        return new InvalidTokenError(first, facts());
      case "TokenExpiredError":
        return new TokenExpiredError(first, facts(), decode(third) as Instant);
      case "PermissionDeniedError":
        return new PermissionDeniedError(first, facts(), decode(third) as string);
      case "ConnectError":
        return new ConnectError(first, second);
      default:
        return new Error(`the page threw ${first ?? kind}`);
    }
  };
  return decode(JSON.parse(text));
}
