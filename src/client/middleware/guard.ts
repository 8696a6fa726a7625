/** Who may pass: the one decision that every interceptor and middleware applies. */
import { refuseUnknownOptions } from "../../values/known-options.js";
import { TokenError, TokenExpiredError } from "../errors.js";
import type { Claims } from "../operations.js";
import { tell } from "../tell.js";
import type { Duration } from "../time.js";
import type { SecureTokenClient } from "../token-client.js";
import { requireAudience, requireAudienceName } from "../verifier/audience.js";
import { freezeClaims } from "../verifier/frozen-claims.js";
import type { VerifierOptions } from "../verifier/options.js";
import { SingleFlight } from "../verifier/single-flight.js";
import { type VerifierClient, WatchedVerifier } from "../verifier/watched-verifier.js";
import { type Bearer, readBearer, readToken } from "./bearer.js";
import { ClaimsCache, type ClaimsCacheOptions } from "./claims-cache.js";
import {
  permissionMissing,
  type Refusal,
  TOKEN_EXPIRED,
  TOKEN_INVALID,
  TOKEN_MISSING,
  UNAVAILABLE,
} from "./refusals.js";
import { isMet, isRequirement, type Requirement } from "./requirement.js";

/** How a guard asks. */
export interface TokenGuardOptions {
  /** Keeps valid answers for a few seconds. A token revoked meanwhile still passes. Default: off. */
  readonly cache?: ClaimsCacheOptions | undefined;
  /**
   * Keeps valid answers as long as their tokens live, and applies revocations within a second, as
   * `WatchedVerifier` says: true, its options, or one that the program has made and closes itself. Not
   * together with `cache`. Default: off.
   */
  readonly watch?: boolean | VerifierOptions | WatchedVerifier | undefined;
  /**
   * The service that tokens must be meant for, compared exactly: the one that this guard protects. A token
   * that names others, or none, is refused as one that is not valid. Default: any token passes.
   */
  readonly audience?: string | undefined;
  /**
   * Called with the reason why a request could not be decided: the token service could not be asked, it
   * refused the client's own API key, no rule names the request (`NoRuleError`), or a function of the
   * program's own failed. The sender of the request is told none of it. Default: nothing is called.
   */
  readonly onFault?: ((error: unknown) => void) | undefined;
}

const OPTIONS: readonly (keyof TokenGuardOptions)[] = ["cache", "watch", "onFault", "audience"];

/** No rule names a request; it was denied. */
export class NoRuleError extends Error {
  override readonly name = "NoRuleError";
  /** What the request asked for: `GET /notes`, `/notes.v1.Notes/List`. */
  readonly request: string;

  constructor(request: string) {
    super(`no rule names ${JSON.stringify(request)}: it is denied`);
    this.request = request;
  }
}

/** A request may pass, with claims where it presented a token; or is refused. */
export type Admission =
  | {
      readonly claims?: Claims | undefined;
      /** The token that let the request pass, to be forwarded. */
      readonly token?: string | undefined;
      readonly refusal?: undefined;
    }
  | { readonly refusal: Refusal; readonly claims?: undefined; readonly token?: undefined };

/** What a guard is told of a request beside its credential. */
export interface AdmitOptions {
  /** When it fires, nobody waits for the answer any more. Default: never. */
  readonly signal?: AbortSignal | undefined;
  /** What the request asks for, told to `onFault` where no rule names it. Default "a request". */
  readonly request?: string | undefined;
}

/** Decides about requests. */
export interface TokenGuard {
  /**
   * Decides by the values of a request's `Authorization` headers and by what it requires. Whatever is no
   * `Requirement`, such as undefined or an empty list, is denied. Never rejects.
   */
  admit(
    authorization: readonly string[],
    requirement: Requirement | undefined,
    options?: AdmitOptions,
  ): Promise<Admission>;
  /** The same for a token that the program itself has found; undefined or empty: there is none. */
  admitToken(
    token: string | undefined,
    requirement: Requirement | undefined,
    options?: AdmitOptions,
  ): Promise<Admission>;
  /** Calls `onFault`. Never throws. */
  report(error: unknown): void;
  /** Ends the feed of a guard that watches. Tokens are asked about from then on. */
  close(): void;
}

/**
 * A guard that asks the client's token service about every token. Requests that present the same token at
 * the same time are one call, with the client's own timeout. Where the client makes more calls than it may,
 * they are refused at once: nobody waits for the tokens of others. A token is checked when a request begins;
 * one that expires during a long stream does not end it.
 * @throws TypeError for a client that is none, an option that does not exist, a cache or a watch whose bounds
 * are out of range, and an audience that is empty.
 */
export function createTokenGuard(
  client: Pick<SecureTokenClient, "validateToken">,
  options: TokenGuardOptions = {},
): TokenGuard {
  if (typeof client?.validateToken !== "function") {
    throw new TypeError("createTokenGuard needs a SecureTokenClient: createTokenGuard(client)");
  }
  refuseUnknownOptions("createTokenGuard", options, OPTIONS);
  if (options.watch && options.cache) {
    throw new TypeError("a guard has a cache or a watch, not both");
  }
  requireAudienceName(options.audience);
  const watch = toVerifier(client as VerifierClient, options.watch);
  const cache = options.cache && new ClaimsCache(options.cache);
  const flights = new SingleFlight<Claims>();
  const report = (error: unknown) => tell(options.onFault, error);

  async function ask(token: string, signal: AbortSignal): Promise<Claims> {
    const asked = cache?.now();
    const valid = await client.validateToken(token, { signal, waitForRate: false });
    const claims = freezeClaims(valid);
    if (cache && asked) cache.put(token, claims, asked, toMillis(valid.timeRemaining));
    return claims;
  }

  async function decide(
    { token, refusal }: Bearer,
    requirement: Requirement | undefined,
    { signal, request = "a request" }: AdmitOptions = {},
  ): Promise<Admission> {
    if (!isRequirement(requirement)) {
      report(new NoRuleError(request));
      return { refusal: permissionMissing() };
    }
    if (requirement === "open") return {};
    if (refusal) {
      return refusal === TOKEN_MISSING && requirement === "optional" ? {} : { refusal };
    }
    try {
      const claims = watch
        ? await watch.verify(token, undefined, signal)
        : (cache?.get(token) ?? (await flights.do(token, (giveUp) => ask(token, giveUp), signal)));
      requireAudience(claims, options.audience);
      if (isMet(requirement, claims.permissions)) return { claims, token };
      return { refusal: permissionMissing(requirement) };
    } catch (error) {
      if (error instanceof TokenExpiredError) return { refusal: TOKEN_EXPIRED };
      if (error instanceof TokenError) return { refusal: TOKEN_INVALID };
      if (!signal?.aborted) report(error);
      return { refusal: UNAVAILABLE };
    }
  }

  return {
    admit: (authorization, requirement, about) =>
      decide(readBearer(authorization), requirement, about),
    admitToken: (token, requirement, about) =>
      decide(token ? readToken(token) : { refusal: TOKEN_MISSING }, requirement, about),
    report,
    close: () => {
      if (watch !== options.watch) watch?.close();
    },
  };
}

/** Refuses what is no guard, such as a client. @throws TypeError naming `where` it was given. */
export function requireGuard(where: string, guard: TokenGuard): void {
  if (typeof guard?.admit === "function") return;
  throw new TypeError(`${where} needs a guard: ${where}(createTokenGuard(client), rule)`);
}

function toVerifier(
  client: VerifierClient,
  watch: TokenGuardOptions["watch"],
): WatchedVerifier | undefined {
  if (!watch) return undefined;
  if (watch instanceof WatchedVerifier) return watch;
  return new WatchedVerifier(client, watch === true ? {} : watch);
}

/** Rounded down, so that nothing is kept for longer than the token lives. */
function toMillis({ seconds, micros }: Duration): number {
  return seconds * 1000 + Math.floor(micros / 1000);
}
