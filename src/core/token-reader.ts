/** The reading half of a manager: opens tokens, and tells the valid ones from the others. */
import { checkValidateOptions } from "./call-options.js";
import { expiredToken, revokedToken } from "./errors.js";
import type { KeysetKey } from "./keyset.js";
import type { CheckOptions } from "./operations.js";
import type { RevocationCheck } from "./revocations.js";
import { checkRequiredAudiences } from "./rules.js";
import { type Clock, Instant, isAfter } from "./time.js";
import { type OpenedToken, openToken, requireAudience, subjectOf } from "./token.js";

/** What a reader works with. */
export interface TokenReaderOptions {
  /** The keys of the present: they may change from call to call. */
  readonly keys: () => readonly KeysetKey[];
  readonly clock: Clock;
  readonly revocations: RevocationCheck;
}

/** Reads tokens as of the present. */
export class TokenReader {
  readonly #options: TokenReaderOptions;

  constructor(options: TokenReaderOptions) {
    this.#options = options;
  }

  /** The authentic token behind a text. @throws InvalidTokenError */
  open(token: unknown): OpenedToken {
    const { keys, clock } = this.#options;
    return openToken(keys(), token, Instant.fromMicros(clock()));
  }

  /** The same, neither expired nor revoked. @throws InvalidTokenError, TokenExpiredError */
  openValid(token: unknown): OpenedToken {
    const opened = this.open(token);
    const { claims, now } = opened;
    if (isAfter(now, claims.expiresAt)) throw expiredToken(claims.expiresAt, subjectOf(opened));
    if (this.#options.revocations.isRevoked(claims, opened.keyId)) {
      throw revokedToken(subjectOf(opened));
    }
    return opened;
  }

  /**
   * A valid token that is meant for who asks. `onOpened` is told of it before the audience is looked at.
   * @throws as `openValid`; TypeError for an unknown option; TokenError for an audience that breaks its rule
   */
  openFor(token: unknown, options: CheckOptions): OpenedToken {
    const { audience, onOpened } = checkValidateOptions(options);
    const required = audience === undefined ? undefined : checkRequiredAudiences(audience);
    const opened = this.openValid(token);
    onOpened?.(subjectOf(opened));
    return required === undefined ? opened : requireAudience(opened, required);
  }
}
