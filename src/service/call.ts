/** Who makes a call, and what the call turned out to be about. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createContextKey } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import type { CallerErrorReason } from "../../gen/ts/src/securetoken/v1/error_pb.js";
import type { IssuedToken, RevocationKind, TokenSubject } from "../core/index.js";
import { ERROR_DOMAIN } from "./error-details.js";
import type { WorkOwner } from "./fair-turns.js";

/** Somebody who makes calls, as far as handlers must know. */
export interface Caller {
  /** For the log. */
  readonly name: string;
  /** Whether the callers file names it, or the server knows no callers and anyone may do everything. */
  readonly isKnown: boolean;
  /** Names of the RPCs that it may call; undefined for a holder, and where anyone may do everything. */
  readonly rpcs?: ReadonlySet<string>;
  /** Set for a token's holder, who is nobody but for calls on this very token. */
  readonly heldToken?: string;
  /** Whether the caller may revoke everything. Default true: where nobody is configured, anyone may. */
  readonly mayRevokeEverything?: boolean;
  /** Bounds of the tokens that the caller issues; undefined where there are none. */
  readonly bounds?: IssueBounds | undefined;
  /**
   * Counts this many further calls against the caller's rate: a batch is one for every token.
   * @throws ConnectError RESOURCE_EXHAUSTED where a batch that was let in beside this one is not paid for yet
   */
  readonly charge?: (count: number) => void;
  /**
   * Counts an entry that a holder's call writes, of a kind, against the rate of its session. What it returns gives it back.
   * @throws ConnectError RESOURCE_EXHAUSTED
   */
  readonly chargeEntry?: (kind: RevocationKind, sessionId: string) => () => void;
  /** What the caller may not issue of a token; undefined when all of it is allowed. */
  readonly refuseGrant?: (issued: IssuedToken) => GrantRefusal | undefined;
}

/** Bounds of the tokens that a caller issues. */
export interface IssueBounds {
  /**
   * The longest lifetime, in hours. The session of a token that the caller issues lasts as long, and
   * so does a token whose request names no lifetime, at most.
   */
  readonly maxExpiresHours: number;
  /** Whether the holders of its tokens may refresh them. */
  readonly holderRefresh: boolean;
}

/** Which part of a token a caller may not issue. */
export interface GrantRefusal {
  readonly field: "permissions" | "user_id" | "expires_in" | "audiences";
  readonly message: string;
  /** The first offending permission. */
  readonly permission?: string;
  /** The first offending audience. */
  readonly audience?: string;
}

/** One call, from its headers to its answer. */
export interface Call {
  readonly caller: Caller;
  /** The address that the call comes from. */
  readonly peer: string;
  /** `performance.now()` when its headers had arrived, in milliseconds. */
  readonly startedAt: number;
  /** Whose turns the work on a batch takes. Default: those of a connection of its own. */
  readonly workOwner?: () => WorkOwner;
  /** Of a stream: the caller as it is by now; undefined once it may not make the call any more. */
  readonly current?: () => Caller | undefined;
  /** The authentic token that the call turned out to be about. */
  subject?: TokenSubject;
  /** What a batch came to, for the log. */
  counts?: BatchVerdicts | RevocationCounts;
  /** What the answer says, for the log and the metrics, where it is a refusal in a gateway's own words. */
  refused?: ConnectError;
}

/** How many tokens of a batch came to which verdict. */
export interface BatchVerdicts {
  readonly tokens: number;
  readonly valid: number;
  readonly expired: number;
  readonly revoked: number;
  readonly invalid: number;
}

/** How many targets of a RevokeTokens came to which outcome. */
export interface RevocationCounts {
  readonly targets: number;
  readonly revoked: number;
  readonly already_expired: number;
  readonly not_authentic: number;
  /** How many of the targets were every token at once. */
  readonly everything: number;
}

/** Where a server puts the call, before the body is read. */
export const callKey = createContextKey<Call | undefined>(undefined, {
  description: "the call of securetoken.v1.TokenService",
});

/** An error about the caller: no TokenErrorDetail, so that no client takes it for one about a token. */
export function callerError(
  reason: keyof typeof CallerErrorReason,
  code: Code,
  message: string,
  metadata: Record<string, string> = { field: "authorization" },
): ConnectError {
  const info: MessageInitShape<typeof ErrorInfoSchema> = {
    reason: `CALLER_ERROR_REASON_${reason}`,
    domain: ERROR_DOMAIN,
    metadata,
  };
  return new ConnectError(message, code, undefined, [{ desc: ErrorInfoSchema, value: info }]);
}

/** What a caller is told of itself: nothing where the server knows no callers. */
export function toldOf(call: Call | undefined): { caller: string; callerRpcs: string[] } {
  const rpcs = call?.caller.rpcs;
  return rpcs
    ? { caller: call.caller.name, callerRpcs: [...rpcs] }
    : { caller: "", callerRpcs: [] };
}

/**
 * The token that a request is about, once its caller is known to be entitled to ask.
 * @throws ConnectError PERMISSION_DENIED when a token's holder asks about another token.
 */
export function tokenOf({ token }: { readonly token: string }, call: Call | undefined): string {
  const held = call?.caller.heldToken;
  if (held !== undefined && held !== token) {
    throw callerError(
      "RPC_NOT_ALLOWED",
      Code.PermissionDenied,
      "a token entitles to calls on itself alone",
    );
  }
  return token;
}

/**
 * Lets a new token out if its caller may issue it, and notes it for the log.
 * @throws ConnectError PERMISSION_DENIED naming what the caller may not grant.
 */
export function release<T extends IssuedToken>(issued: T, call: Call | undefined): T {
  const refusal = call?.caller.refuseGrant?.(issued);
  if (refusal) {
    const { field, permission, audience } = refusal;
    const metadata = {
      field,
      ...(permission !== undefined && { permission }),
      ...(audience !== undefined && { audience }),
    };
    throw callerError("GRANT_NOT_ALLOWED", Code.PermissionDenied, refusal.message, metadata);
  }
  return about(issued, call);
}

/** Notes the token that a call is about, for the log. */
export function about<T extends TokenSubject>(subject: T, call: Call | undefined): T {
  if (call) call.subject = subject;
  return subject;
}
