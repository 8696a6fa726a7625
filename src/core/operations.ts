/** What each operation of SecureTokenManager takes and gives. */
import type { Claims } from "./claims.js";
import type { TokenError, TokenSubject } from "./errors.js";
import type { JsonObject } from "./exact-json.js";
import type { KeyState } from "./keyset.js";
import type { Duration, Instant } from "./time.js";

/** Is told of the valid token that an operation is about. */
export type OnOpened = (subject: TokenSubject) => void;

/** What a new token holds beside its user. */
export interface GenerateOptions {
  /** At most 64, each 2 to 30 printable code points. Default none. */
  readonly permissions?: readonly string[] | undefined;
  /** 0 < hours <= 8760, fractions allowed. Default: the manager's. */
  readonly expiresInHours?: number | undefined;
  /** A JSON object of at most 4 KiB, 32 levels, 256 values. Default empty. */
  readonly additionalData?: JsonObject | undefined;
  /**
   * How long after now the last token of the session may be valid, in hours: 0 < h <= 87600. Every
   * refresh keeps to it. Default: nothing but the manager's `maxSessionHours` bounds the session.
   */
  readonly sessionHours?: number | undefined;
  /** Whether the token's holder may refresh it with no credential but the token. Default true. */
  readonly holderRefresh?: boolean | undefined;
  /**
   * The services that the token is meant for: at most 16, each 1 to 256 code points without control
   * characters, none twice. Default none: such a token is refused wherever an audience is required.
   */
  readonly audiences?: readonly string[] | undefined;
}

/** What is required of a token beside that it is valid. */
export interface ValidateOptions {
  /**
   * The service that the token must be meant for, compared exactly; of several, one is enough. Default:
   * none is required, and any token passes.
   */
  readonly audience?: string | readonly string[] | undefined;
}

/** The same, with what is told on the way. */
export interface CheckOptions extends ValidateOptions {
  /** Is told of the valid token, for an audit log. Default: nobody is. */
  readonly onOpened?: OnOpened | undefined;
}

/** How a token is renewed. */
export interface RefreshOptions {
  /** 0 < hours <= 8760, fractions allowed. Default: the manager's. */
  readonly newExpiresInHours?: number | undefined;
  /**
   * Whether the one who asks has no credential but the token. Then the new token gets at most the
   * lifetime that the old one was issued with, and a token without `sessionExpiresAt` no more time
   * than it has. Default false.
   */
  readonly byHolder?: boolean | undefined;
  /** False takes the refresh by holders from the new token on. Default: as the old token says. */
  readonly holderRefresh?: boolean | undefined;
}

/** A new token and what it holds. */
export interface IssuedToken extends Claims {
  /** Whoever holds it has its permissions: treat it as a password. */
  readonly token: string;
  /** The key that the token is made with. */
  readonly keyId: string;
}

/** A refreshed token: `expiresAt` is what was granted. */
export interface RefreshedToken extends IssuedToken {
  /**
   * Whether less was granted than was asked for: the session ends at `expiresAt`, or a holder asked
   * for more than the lifetime that its token was issued with.
   */
  readonly clamped: boolean;
}

/** A valid token's claims. */
export interface ValidToken extends Claims {
  readonly valid: true;
  /** `expiresAt` minus the present; as text, Python's `str(timedelta)`. */
  readonly timeRemaining: Duration;
  /** The key that the token is made with. */
  readonly keyId: string;
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

/** A token's state, and its claims where its MAC held. */
export type Introspection =
  | { readonly state: "INVALID" }
  | {
      readonly state: Exclude<TokenState, "INVALID">;
      readonly claims: Claims;
      /** Zero for an expired token. */
      readonly timeRemaining: Duration;
      readonly keyId: string;
    };

/** The answer for one token of a batch. */
export type BatchResult = { readonly claims: ValidToken } | { readonly error: TokenError };

/** Whether a token holds a permission. */
export interface PermissionResult {
  readonly permission: string;
  readonly granted: boolean;
}

/** How a manager makes tokens, without any key material. */
export interface ExportedConfig {
  readonly algorithm: "Fernet-PBKDF2-SHA256";
  readonly version: string;
  /** PBKDF2 iterations of the primary key. */
  readonly iterations: number;
  /** PBKDF2 salt of the primary key. */
  readonly salt: Uint8Array;
  readonly defaultExpirationHours: number;
  /** Every key that decrypts, the primary first. */
  readonly keys: readonly { readonly keyId: string; readonly state: KeyState }[];
}
