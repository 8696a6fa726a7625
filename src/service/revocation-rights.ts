/** What a caller of RevokeTokens may revoke. */
import { Code, type ConnectError } from "@connectrpc/connect";
import { MAX_TARGETS, type RevocationTarget, type SecureTokenManager } from "../core/index.js";
import { type Call, callerError } from "./call.js";

/** Targets of one call of a token's holder, who has three to name: a rate that others share pays for them. */
const MAX_HOLDER_TARGETS = 10;

/** How many targets one call may have. */
export function mostTargets(call: Call | undefined): number {
  return call?.caller.heldToken === undefined ? MAX_TARGETS : MAX_HOLDER_TARGETS;
}

/**
 * The targets as their caller may have them revoked: those of a holder name its own token, by the token itself
 * or by its id, and that token's session; everything, only callers that are said to.
 *
 * @throws ConnectError PERMISSION_DENIED where one of them is not the caller's to revoke
 */
export function entitledTargets(
  targets: readonly RevocationTarget[],
  manager: SecureTokenManager,
  call: Call | undefined,
): readonly RevocationTarget[] {
  const caller = call?.caller;
  const held = caller?.heldToken;
  if (held !== undefined) return targetsOfHolder(targets, held, manager);
  const all = targets.findIndex((target) => "everythingIssuedBefore" in target);
  if (all >= 0 && caller?.mayRevokeEverything === false) {
    const field = `targets[${all}].everything_issued_before`;
    throw notAllowed("the caller may not revoke everything", { field });
  }
  return targets;
}

/**
 * A holder's own id stands for its token, which says when it expires, and its session's for the session of that
 * token: by an expiry of the holder's choice, or one that moves with the present, each call would be an entry of
 * its own. Once the token has ended, its session is not the holder's to end: whoever finds an old token must not
 * sign its user out. Revoked it still is, so that a call may be sent again.
 */
function targetsOfHolder(
  targets: readonly RevocationTarget[],
  held: string,
  manager: SecureTokenManager,
): readonly RevocationTarget[] {
  const found = manager.introspectToken(held);
  const own = found.state === "INVALID" ? undefined : found.claims;
  return targets.map((target) => {
    if ("token" in target && target.token === held) return target;
    if ("tokenId" in target && target.tokenId === own?.tokenId) return { token: held };
    if ("sessionId" in target && target.sessionId === own?.sessionId) {
      if (found.state !== "EXPIRED") return { sessionOf: held };
      throw notAllowed("a token that has ended entitles to revoke nothing");
    }
    throw notAllowed("a token entitles to revoke itself and its session alone");
  });
}

function notAllowed(text: string, metadata?: Record<string, string>): ConnectError {
  return callerError("RPC_NOT_ALLOWED", Code.PermissionDenied, text, metadata);
}
