/** SecureTokenManager: the Python library's manager, by its names, as a pure function of its inputs. */
import { additionalDataText, type Claims, TOKEN_VERSION } from "./claims.js";
import { PermissionDeniedError, revokedToken, TokenError, TokenExpiredError } from "./errors.js";
import { createKeyset, deriveKey, type Keyset, type KeysetKey } from "./keyset.js";
import type * as op from "./operations.js";
import { type RandomBytes, randomBytes } from "./primitives.js";
import * as rules from "./rules.js";
import { createSettings, DEFAULT_EXPIRATION_HOURS, type SettingsInput } from "./settings.js";
import {
  addMicros,
  type Clock,
  Duration,
  difference,
  Instant,
  isAfter,
  systemClock,
} from "./time.js";
import { type OpenedToken, openToken, sealToken } from "./token.js";

/** What a manager takes from outside. */
export interface ManagerOptions {
  /** The lifetime of a token that names none, in hours, 0 < h <= 8760. Default 24. */
  readonly defaultExpirationHours?: number;
  /** Tells the present. Default: the machine's clock. */
  readonly clock?: Clock;
  /** Gives token ids and initialization vectors. Default: the operating system's. */
  readonly random?: RandomBytes;
  /** Whether a token was revoked. Asked of authentic tokens only. Default: none is. */
  readonly isRevoked?: (tokenId: string) => boolean;
}

/** Issues and checks tokens with one keyset. Every method is synchronous and touches nothing else. */
export class SecureTokenManager {
  readonly #keyset: Keyset;
  readonly #defaultExpirationHours: number;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #isRevoked: (tokenId: string) => boolean;

  /**
   * Works with keys that are derived already; `SecureTokenManager.create` derives one.
   * @throws TokenError when `defaultExpirationHours` is out of range.
   */
  constructor(keyset: Keyset, options: ManagerOptions = {}) {
    this.#keyset = keyset;
    this.#defaultExpirationHours = options.defaultExpirationHours ?? DEFAULT_EXPIRATION_HOURS;
    rules.checkExpiresHours(this.#defaultExpirationHours, "DEFAULT_EXPIRATION_HOURS");
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? randomBytes;
    this.#isRevoked = options.isRevoked ?? (() => false);
  }

  /**
   * Derives the key from settings, once, off the event loop: hundreds of milliseconds, by design.
   * @throws TokenError naming the first setting that breaks its rule.
   */
  static async create(
    input: SettingsInput = {},
    options: Omit<ManagerOptions, "defaultExpirationHours"> = {},
  ): Promise<SecureTokenManager> {
    const { secretKey, salt, pbkdf2Iterations, defaultExpirationHours } = createSettings(input);
    const source = { secretKey: secretKey.reveal(), salt, iterations: pbkdf2Iterations };
    const key: KeysetKey = { ...(await deriveKey(source)), state: "PRIMARY" };
    return new SecureTokenManager(createKeyset([key]), { ...options, defaultExpirationHours });
  }

  /**
   * Issues a token for a user.
   * @throws TokenError naming the input that breaks its rule.
   */
  generateToken(userId: string, options: op.GenerateOptions = {}): op.IssuedToken {
    const lifetime = this.#lifetime(options.expiresInHours, "expires_in");
    const permissions = rules.checkPermissions(options.permissions ?? []);
    const additionalData = options.additionalData ?? {};
    const additionalDataJson = rules.checkAdditionalData(additionalData);
    rules.checkUserId(userId);
    return this.#issue(lifetime, { userId, permissions, additionalData, additionalDataJson });
  }

  /**
   * A valid token's claims.
   * @throws InvalidTokenError, TokenExpiredError
   */
  validateToken(token: string): op.ValidToken {
    const { claims, now } = this.#openValid(token);
    return { valid: true, ...claims, timeRemaining: difference(claims.expiresAt, now) };
  }

  /**
   * True when the token is valid and holds the permission, compared exactly.
   * @throws PermissionDeniedError when it does not; else as `validateToken`.
   */
  checkPermission(token: string, requiredPermission: string): true {
    rules.checkRequiredPermission(requiredPermission, "required_permission");
    const { claims } = this.#openValid(token);
    if (!claims.permissions.includes(requiredPermission)) {
      throw new PermissionDeniedError(requiredPermission);
    }
    return true;
  }

  /**
   * For each of at most 256 permissions, in order, whether the token holds it.
   * @throws TokenError for too many or too long permissions; else as `validateToken`.
   */
  checkPermissions(token: string, permissions: readonly string[]): op.PermissionResult[] {
    rules.checkCount(permissions, rules.MAX_CHECKED_PERMISSIONS, "permissions");
    for (let i = 0; i < permissions.length; i++) {
      rules.checkRequiredPermission(permissions[i], `permissions[${i}]`);
    }
    const granted = new Set(this.#openValid(token).claims.permissions);
    return permissions.map((permission) => ({ permission, granted: granted.has(permission) }));
  }

  /**
   * Validates up to 1,000 tokens; what is wrong with one is its own result.
   * @throws TokenError for more than 1,000.
   */
  batchValidateTokens(tokens: readonly string[]): op.BatchResult[] {
    rules.checkCount(tokens, rules.MAX_BATCH_TOKENS, "tokens");
    return tokens.map((token) => {
      try {
        return { claims: this.validateToken(token) };
      } catch (error) {
        if (error instanceof TokenError) return { error };
        throw error;
      }
    });
  }

  /**
   * A new token with the user, permissions, additional data and session of a valid one, which
   * stays valid. Claims are carried over as they are, additional data digit for digit.
   * @throws TokenError for a lifetime out of range; else as `validateToken`.
   */
  refreshToken(token: string, options: op.RefreshOptions = {}): op.IssuedToken {
    const { claims, payload } = this.#openValid(token);
    const lifetime = this.#lifetime(options.newExpiresInHours, "new_expires_in");
    const additionalDataJson = additionalDataText(payload);
    const issued = this.#issue(lifetime, { ...claims, additionalDataJson });
    return claims.additionalDataJson === undefined ? issued : { ...issued, additionalDataJson };
  }

  /** All that is known of a valid token. @throws as `validateToken`. */
  getTokenInfo(token: string): op.TokenInfo {
    const { claims, keyId, now } = this.#openValid(token);
    return {
      valid: true,
      ...claims,
      timeRemaining: difference(claims.expiresAt, now),
      createdAt: claims.issuedAt,
      isRevoked: false,
      keyId,
    };
  }

  /** A token's state. Never throws about the token. */
  introspectToken(token: string): op.Introspection {
    let opened: OpenedToken;
    try {
      opened = this.#open(token);
    } catch (error) {
      if (error instanceof TokenError) return { state: "INVALID" };
      throw error;
    }
    const { claims, keyId, now } = opened;
    const expired = isAfter(now, claims.expiresAt);
    return {
      state: expired ? "EXPIRED" : this.#isRevoked(claims.tokenId) ? "REVOKED" : "ACTIVE",
      claims,
      timeRemaining: expired ? new Duration(0, 0) : difference(claims.expiresAt, now),
      keyId,
    };
  }

  /** How this manager makes tokens. Holds no byte of a key. */
  exportConfig(): op.ExportedConfig {
    const { primary, keys } = this.#keyset;
    return {
      algorithm: "Fernet-PBKDF2-SHA256",
      version: TOKEN_VERSION,
      iterations: primary.iterations,
      salt: primary.salt,
      defaultExpirationHours: this.#defaultExpirationHours,
      keys: keys.map(({ keyId, state }) => ({ keyId, state })),
    };
  }

  #lifetime(hours: number | undefined, field: string): number {
    return rules.checkExpiresHours(hours ?? this.#defaultExpirationHours, field);
  }

  #issue(
    lifetime: number,
    content: Pick<Claims, "userId" | "permissions" | "additionalData"> &
      Partial<Pick<Claims, "sessionId" | "sessionStartedAt">> & { additionalDataJson: string },
  ): op.IssuedToken {
    const { userId, permissions, additionalData, additionalDataJson } = content;
    const issuedAt = Instant.fromMicros(this.#clock());
    const entropy = this.#random(40);
    const tokenId = entropy.toString("base64url", 0, 24);
    const claims = {
      tokenId,
      userId,
      permissions,
      issuedAt,
      expiresAt: addMicros(issuedAt, lifetime),
      sessionId: content.sessionId ?? tokenId,
      sessionStartedAt: content.sessionStartedAt ?? issuedAt,
    };
    const iv = entropy.subarray(24);
    const token = sealToken(this.#keyset.primary, { ...claims, additionalDataJson }, iv);
    rules.checkTokenLength(token, permissions.join(), additionalDataJson);
    return { token, ...claims, additionalData };
  }

  /** The authentic token behind a text. @throws InvalidTokenError */
  #open(token: unknown): OpenedToken {
    return openToken(this.#keyset.keys, token, Instant.fromMicros(this.#clock()));
  }

  /** The same, neither expired nor revoked. @throws InvalidTokenError, TokenExpiredError */
  #openValid(token: unknown): OpenedToken {
    const opened = this.#open(token);
    const { claims, now } = opened;
    if (isAfter(now, claims.expiresAt)) throw new TokenExpiredError(claims.expiresAt);
    if (this.#isRevoked(claims.tokenId)) throw revokedToken();
    return opened;
  }
}
