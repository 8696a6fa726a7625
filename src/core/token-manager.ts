/** SecureTokenManager: the Python library's manager, by its names, as a pure function of its inputs. */
import { additionalDataText } from "./additional-data-text.js";
import { checkGenerateOptions, checkRefreshOptions } from "./call-options.js";
import { permissionNotGranted, TokenError } from "./errors.js";
import { describeConfig } from "./exported-config.js";
import { IssueTimes } from "./issue-times.js";
import { issueToken, type NewContent, TOKEN_ENTROPY } from "./issue-token.js";
import { createKeyset, deriveKey, type Keyset, type KeysetKey } from "./keyset.js";
import { completeOptions, type ManagerOptions } from "./manager-options.js";
import { optionalClaims } from "./new-content.js";
import type * as op from "./operations.js";
import {
  type PlannedRevocation,
  planRevocations,
  type RevocationTarget,
} from "./revocation-targets.js";
import * as rules from "./rules.js";
import { limitToSession } from "./session.js";
import { createSettings, type SettingsInput } from "./settings.js";
import { addMicros, hoursToMicros, Instant } from "./time.js";
import { describeState, describeValid, subjectOf } from "./token.js";
import { TokenReader } from "./token-reader.js";

/** Issues and checks tokens with a keyset. Every method is synchronous and touches nothing else. */
export class SecureTokenManager {
  #keyset: Keyset;
  readonly #options: Required<ManagerOptions>;
  readonly #issueTimes: IssueTimes;
  readonly #reader: TokenReader;

  /**
   * Works with keys that are derived already; `SecureTokenManager.create` derives one.
   * @throws TokenError when `defaultExpirationHours` or `maxSessionHours` is out of range.
   */
  constructor(keyset: Keyset, options: ManagerOptions = {}) {
    this.#keyset = keyset;
    this.#options = completeOptions(options);
    const { clock, revocations } = this.#options;
    this.#issueTimes = new IssueTimes(clock, revocations);
    this.#reader = new TokenReader({ keys: () => this.#keyset.keys, clock, revocations });
  }

  /**
   * Derives the key from settings, once, off the event loop: hundreds of milliseconds, by design.
   * @throws TokenError naming the first setting that breaks its rule.
   */
  static async create(
    input: SettingsInput = {},
    options: Omit<ManagerOptions, "defaultExpirationHours" | "maxSessionHours"> = {},
  ): Promise<SecureTokenManager> {
    const { secretKey, salt, pbkdf2Iterations, ...limits } = createSettings(input);
    const source = { secretKey: secretKey.reveal(), salt, iterations: pbkdf2Iterations };
    const key: KeysetKey = { ...(await deriveKey(source)), state: "PRIMARY" };
    // A subclass gets instances of its own.
    return new this(createKeyset([key]), { ...options, ...limits });
  }

  /** The lifetime of a token that names none, in hours. */
  get defaultExpirationHours(): number {
    return this.#options.defaultExpirationHours;
  }

  /** Works with another keyset from the next call on. Tokens of keys that it lacks become invalid. */
  useKeyset(keyset: Keyset): void {
    this.#keyset = keyset;
  }

  /** Issues a token for a user. @throws TypeError for an unknown option; TokenError naming the wrong input. */
  generateToken(userId: string, options: op.GenerateOptions = {}): op.IssuedToken {
    checkGenerateOptions(options);
    const lifetime = this.#lifetime(options.expiresInHours, "expires_in");
    const permissions = rules.checkPermissions(options.permissions ?? []);
    const additionalData = options.additionalData ?? {};
    const additionalDataJson = rules.checkAdditionalData(additionalData);
    rules.checkUserId(userId);
    const now = this.#issueTimes.next(userId);
    const expiresAt = addMicros(now, lifetime);
    const optional = optionalClaims(options, now, expiresAt);
    const content: NewContent = { userId, permissions, additionalData, ...optional };
    return this.#issue(content, additionalDataJson, now, expiresAt);
  }

  /**
   * A valid token's claims. With `audience`, the token must be meant for it.
   * @throws InvalidTokenError, TokenExpiredError; TokenError for an audience that breaks its rule.
   */
  validateToken(token: string, options: op.ValidateOptions = {}): op.ValidToken {
    return describeValid(this.#reader.openFor(token, options));
  }

  /**
   * True when the token is valid and holds the permission, compared exactly.
   * @throws PermissionDeniedError when it does not; else as `validateToken`.
   */
  checkPermission(token: string, requiredPermission: string, options: op.CheckOptions = {}): true {
    rules.checkRequiredPermission(requiredPermission, "required_permission");
    const opened = this.#reader.openFor(token, options);
    if (!opened.claims.permissions.includes(requiredPermission)) {
      throw permissionNotGranted(requiredPermission, subjectOf(opened));
    }
    return true;
  }

  /**
   * For each of at most 256 permissions, in order, whether the token holds it.
   * @throws TokenError for too many or too long permissions; else as `validateToken`.
   */
  checkPermissions(
    token: string,
    permissions: readonly string[],
    options: op.CheckOptions = {},
  ): op.PermissionResult[] {
    rules.checkCount(permissions, rules.MAX_CHECKED_PERMISSIONS, "permissions");
    for (let i = 0; i < permissions.length; i++) {
      rules.checkRequiredPermission(permissions[i], `permissions[${i}]`);
    }
    const opened = this.#reader.openFor(token, options);
    const granted = new Set(opened.claims.permissions);
    return permissions.map((permission) => ({ permission, granted: granted.has(permission) }));
  }

  /**
   * Validates up to 1,000 tokens; what is wrong with one is its own result.
   * @throws TokenError for more than 1,000, and for an audience that breaks its rule.
   */
  batchValidateTokens(
    tokens: readonly string[],
    options: op.ValidateOptions = {},
  ): op.BatchResult[] {
    rules.checkCount(tokens, rules.MAX_BATCH_TOKENS, "tokens");
    if (options.audience !== undefined) rules.checkRequiredAudiences(options.audience);
    return tokens.map((token) => {
      try {
        return { claims: this.validateToken(token, options) };
      } catch (error) {
        if (error instanceof TokenError) return { error };
        throw error;
      }
    });
  }

  /**
   * A new token with all that a valid one holds but its id and times; that one stays valid. No token outlives
   * its session's start plus `maxSessionHours`, nor the end written into it; a holder gets no more than its
   * token had. The answer tells what was granted. @throws TypeError for an unknown option; TokenError for a
   * lifetime out of range or an ended session; else as `validateToken`.
   */
  refreshToken(token: string, options: op.RefreshOptions = {}): op.RefreshedToken {
    const { newExpiresInHours: hours, byHolder = false } = checkRefreshOptions(options);
    const { claims, payload } = this.#reader.openValid(token);
    const now = this.#issueTimes.next(claims.userId);
    const granted = limitToSession(claims, {
      now,
      lifetime: hours === undefined ? undefined : this.#lifetime(hours, "new_expires_in"),
      defaultLifetime: hoursToMicros(this.#options.defaultExpirationHours),
      maxSessionHours: this.#options.maxSessionHours,
      byHolder,
    });
    const content: NewContent =
      options.holderRefresh === false ? { ...claims, holderRefresh: false } : claims;
    const issued = this.#issue(content, additionalDataText(payload), now, granted.expiresAt);
    return { ...issued, clamped: granted.clamped };
  }

  /** All that is known of a valid token. @throws as `validateToken`. */
  getTokenInfo(token: string): op.TokenInfo {
    const valid = describeValid(this.#reader.openValid(token));
    return { ...valid, createdAt: valid.issuedAt, isRevoked: false };
  }

  /** A token's state. Never throws about the token. */
  introspectToken(token: string): op.Introspection {
    try {
      return describeState(this.#reader.open(token), this.#options.revocations);
    } catch (error) {
      if (error instanceof TokenError) return { state: "INVALID" };
      throw error;
    }
  }

  /** What each of 1,000 targets comes to; it changes nothing. Errors count targets from `first` on. */
  planRevocations(
    targets: readonly RevocationTarget[],
    reason = "",
    first = 0,
  ): PlannedRevocation[] {
    const context = { ...this.#options, now: this.#now(), reason, first };
    const latestStart = (userId?: string) => this.#issueTimes.latestStart(userId);
    const introspect = (token: string) => this.introspectToken(token);
    return planRevocations(targets, { ...context, latestStart, introspect });
  }

  /** How this manager makes tokens. Holds no byte of a key. */
  exportConfig(): op.ExportedConfig {
    return describeConfig(this.#keyset, this.defaultExpirationHours);
  }

  #now(): Instant {
    return Instant.fromMicros(this.#options.clock());
  }

  #lifetime(hours: number | undefined, field: string): number {
    return rules.checkExpiresHours(hours ?? this.#options.defaultExpirationHours, field);
  }

  #issue(content: NewContent, additionalDataJson: string, now: Instant, expiresAt: Instant) {
    const entropy = this.#options.random(TOKEN_ENTROPY);
    return issueToken(this.#keyset.primary, content, additionalDataJson, now, expiresAt, entropy);
  }
}
