/** What each operation of SecureTokenClient takes and gives. */
import type { TokenError } from "./errors.js";
import type { JsonObject } from "./exact-json.js";
import type { Duration, Instant } from "./time.js";

/** How one call is made. */
export interface CallOptions {
  /** Milliseconds until the call is given up, above 0, at most 60,000. Default: the client's. */
  readonly timeoutMs?: number | undefined;
  /** Gives the call up when it fires. */
  readonly signal?: AbortSignal | undefined;
  /** Headers to send. An `authorization` here goes before the client's `apiKey`. */
  readonly headers?: HeadersInit | undefined;
  /**
   * Whether a call beyond this client's rate waits until the server takes it, within its timeout; false: it
   * rejects with `RateExceededError` as soon as each server has refused it. Default true.
   */
  readonly waitForRate?: boolean | undefined;
}

/** How a call about a token is made, and what is required of the token beside that it is valid. */
export interface CheckOptions extends CallOptions {
  /**
   * The service that the token must be meant for: 1 to 256 code points, compared exactly. Default: none is
   * required, and any token passes.
   */
  readonly audience?: string | undefined;
}

/** What a new token holds beside its user. */
export interface GenerateOptions {
  /** At most 64, each 2 to 30 printable code points. Default none. */
  readonly permissions?: readonly string[] | undefined;
  /** 0 < hours <= 8760, fractions allowed. Default: the server's. */
  readonly expiresInHours?: number | undefined;
  /** A JSON object of at most 4 KiB, 32 levels, 256 values; no `bigint`. Default empty. */
  readonly additionalData?: JsonObject | undefined;
  /**
   * The services that the token is meant for: at most 16, each 1 to 256 code points without control
   * characters, none twice. Default none: such a token is refused wherever an audience is required.
   */
  readonly audiences?: readonly string[] | undefined;
}

/** How a token is renewed. */
export interface RefreshOptions {
  /** 0 < hours <= 8760, fractions allowed. Default: the server's. */
  readonly newExpiresInHours?: number | undefined;
  /** Whether the old token is revoked once the new one is made. Default false. */
  readonly revokeOld?: boolean | undefined;
}

/** What an authentic token holds. */
export interface Claims {
  /** Identifies the token in logs and revocations. Not secret. */
  readonly tokenId: string;
  /** Whom the token speaks for. */
  readonly userId: string;
  /** What the token permits. */
  readonly permissions: readonly string[];
  /** When it was issued. */
  readonly issuedAt: Instant;
  /** The last instant at which it is valid. */
  readonly expiresAt: Instant;
  /** What else it carries. Integers beyond ±(2^53 - 1) are `bigint`. */
  readonly additionalData: JsonObject;
  /** The session that it belongs to: the token_id of the session's first token. */
  readonly sessionId: string;
  /** The key that it is made with; see `exportConfig`. */
  readonly keyId: string;
  /** The services that the token is meant for, at least one. Undefined: it names none. */
  readonly audiences?: readonly string[];
}

/** A new token and what it holds. */
export interface IssuedToken extends Claims {
  /** Whoever holds it has its permissions: treat it as a password. */
  readonly token: string;
}

/** A refreshed token: `expiresAt` is what was granted. */
export interface RefreshedToken extends IssuedToken {
  /**
   * Whether less was granted than was asked for: the session ends at `expiresAt`, or a holder asked for
   * more than the lifetime that its token was issued with.
   */
  readonly clamped: boolean;
}

/** A valid token's claims. */
export interface ValidToken extends Claims {
  readonly valid: true;
  /** `expiresAt` minus the server's present; as text, Python's `str(timedelta)`. */
  readonly timeRemaining: Duration;
  /**
   * When the first token of the session was issued: what cut-offs are compared with. The same instant
   * as `issuedAt` from servers that are too old to tell it.
   */
  readonly sessionStartedAt: Instant;
  /** The audience that was required, and which the token names. Undefined: none was. */
  readonly checkedAudience?: string;
}

/** All that is known of a valid token. */
export interface TokenInfo extends ValidToken {
  /** The same instant as `issuedAt`. */
  readonly createdAt: Instant;
  /** Always false: a revoked token is an error. */
  readonly isRevoked: false;
}

/** What a token is at present. */
export type TokenState = "ACTIVE" | "EXPIRED" | "REVOKED" | "INVALID";

/** A token's state; all else is unset for an invalid token, of which nothing can be believed. */
export interface Introspection {
  readonly state: TokenState;
  readonly claims?: Claims;
  /** Zero for an expired token. */
  readonly timeRemaining?: Duration;
  /** The key that the token is made with. */
  readonly keyId?: string;
}

/** The answer for one token of a batch. */
export type BatchResult =
  | { readonly claims: ValidToken; readonly error?: undefined }
  | { readonly error: TokenError; readonly claims?: undefined };

/** Whether a token holds a permission. */
export interface PermissionResult {
  readonly permission: string;
  readonly granted: boolean;
}

/** What a key of the server is used for; UNSPECIFIED for a use that this client does not know. */
export type KeyState = "STAGED" | "PRIMARY" | "SECONDARY" | "UNSPECIFIED";

/** How the server makes tokens, without any key material. */
export interface ExportedConfig {
  /** "Fernet-PBKDF2-SHA256". */
  readonly algorithm: string;
  /** The version that tokens carry: "1.0". */
  readonly version: string;
  /** PBKDF2 iterations of the primary key. */
  readonly iterations: number;
  /** PBKDF2 salt of the primary key. */
  readonly salt: Uint8Array;
  /** The lifetime of a token that names none, in hours. */
  readonly defaultExpirationHours: number;
  /** Every key that decrypts, the primary first. */
  readonly keys: readonly { readonly keyId: string; readonly state: KeyState }[];
  /** The server's own version: "0.1.0". Empty from servers that are too old to tell it. */
  readonly serverVersion: string;
  /** The name by which the server knows this caller. Empty where the server has no callers file. */
  readonly caller: string;
  /** The RPCs that this caller may call: "ValidateToken". Empty where `caller` is. */
  readonly callerRpcs: readonly string[];
}
