/** A row of the callers file, as a value that has been checked. */
import type { IssuedToken } from "../../core/index.js";
import { hoursToMicros } from "../../core/time.js";
import type { Caller, GrantRefusal } from "../../service/index.js";
import { requireRoom } from "./refused-callers.js";
import { TokenBucket } from "./token-bucket.js";

/** What a caller may issue. */
export interface Grants {
  /** Patterns of permissions: exact, or with a trailing `*`. */
  readonly permissions: readonly string[];
  /** Pattern of user ids. */
  readonly userId: string;
  /** The longest lifetime, and the longest session of a token, in hours. */
  readonly maxExpiresHours: number;
  /** Patterns of audiences, of the same form. Default none: it may issue tokens without audiences alone. */
  readonly audiences?: readonly string[];
}

/** A caller as the file describes it. */
export interface CallerRow {
  readonly name: string;
  /** SHA-256 of each API key, in hexadecimal; at most two, for rotation. */
  readonly apiKeys: readonly string[];
  /** SPIFFE ids and DNS names of client certificates, `URI:spiffe://…`, `DNS:…`, as `uriName` and `dnsName` write them. */
  readonly certificateNames: readonly string[];
  /** Names of the RPCs of TokenService, and of the doors for gateways, that it may call. */
  readonly rpcs: ReadonlySet<string>;
  /** What it may issue; undefined where it may issue nothing. */
  readonly grants?: Grants | undefined;
  /** Whether the holders of the tokens that it issues may refresh them. Default true. */
  readonly holderRefresh?: boolean | undefined;
  /** Whether it may revoke every token at once, for an incident. Default false. */
  readonly revokeEverything?: boolean | undefined;
  /** Calls a second; undefined where nothing bounds them. */
  readonly callsPerSecond?: number | undefined;
}

/** A caller that calls. */
export interface KnownCaller extends Caller {
  readonly rpcs: ReadonlySet<string>;
  /** What bounds its calls; undefined where nothing does. */
  readonly bucket: TokenBucket | undefined;
  /**
   * What bounds how often it opens a feed of revocations: as often as it calls, but apart from its calls. Whoever makes a
   * verifier ask about one bad token after the other would keep its feed away otherwise, and with it all that it knows.
   */
  readonly feedBucket: TokenBucket | undefined;
}

/** Makes a caller of its row. */
export function toCaller(row: CallerRow): KnownCaller {
  const { name, rpcs, grants, holderRefresh = true, callsPerSecond } = row;
  const newBucket = () =>
    callsPerSecond === undefined ? undefined : new TokenBucket(callsPerSecond);
  const bucket = newBucket();
  const caller: KnownCaller = {
    name,
    rpcs,
    bounds: grants && { maxExpiresHours: grants.maxExpiresHours, holderRefresh },
    mayRevokeEverything: row.revokeEverything === true,
    bucket,
    feedBucket: newBucket(),
    isKnown: true,
    charge: (count) => requireRoom(caller, bucket?.charge(count) ?? 0),
    refuseGrant: (issued) => refuseGrant(grants, issued),
  };
  return caller;
}

/** What of a token the grants do not cover; the first offending permission is named. */
export function refuseGrant(
  grants: Grants | undefined,
  { userId, permissions, audiences = [], issuedAt, expiresAt }: IssuedToken,
): GrantRefusal | undefined {
  const patterns = grants?.permissions ?? [];
  const permission = permissions.find((name) => !patterns.some((one) => matches(one, name)));
  if (permission !== undefined) {
    const message = `the caller may not grant permission '${permission}'`;
    return { field: "permissions", message, permission };
  }
  if (!grants || !matches(grants.userId, userId)) {
    return { field: "user_id", message: "the caller may not issue tokens for this user_id" };
  }
  const mayIssueFor = grants.audiences ?? [];
  const audience = audiences.find((name) => !mayIssueFor.some((one) => matches(one, name)));
  if (audience !== undefined) {
    const message = `the caller may not issue tokens for audience '${audience}'`;
    return { field: "audiences", message, audience };
  }
  const seconds = expiresAt.seconds - issuedAt.seconds;
  const lifetime = seconds * 1_000_000 + expiresAt.micros - issuedAt.micros;
  // Rounded as lifetimes are: the longest is one that a request may name, and that it gets by default.
  if (lifetime > hoursToMicros(grants.maxExpiresHours)) {
    const message = `the caller may issue tokens for at most ${grants.maxExpiresHours} hours`;
    return { field: "expires_in", message };
  }
  return undefined;
}

/** Whether a text is the pattern, or starts with what stands before the pattern's trailing `*`. */
export function matches(pattern: string, text: string): boolean {
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
