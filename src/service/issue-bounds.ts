/** How a caller's grants bound the tokens that it issues and refreshes. */
import { Code } from "@connectrpc/connect";
import type { GenerateOptions, RefreshOptions, SecureTokenManager } from "../core/index.js";
import { type Call, callerError } from "./call.js";

type NewTokenBounds = Pick<GenerateOptions, "expiresInHours" | "sessionHours" | "holderRefresh">;
type RefreshBounds = Pick<RefreshOptions, "newExpiresInHours" | "byHolder" | "holderRefresh">;

/**
 * The lifetime and the session of a token that the caller issues. A request that names no lifetime
 * gets the default, or what the caller may grant where that is less.
 */
export function newTokenBounds(
  hours: number | undefined,
  manager: SecureTokenManager,
  call: Call | undefined,
): NewTokenBounds {
  const bounds = call?.caller.bounds;
  if (!bounds) return { expiresInHours: hours };
  const { maxExpiresHours, holderRefresh } = bounds;
  return {
    expiresInHours: hours ?? Math.min(manager.defaultExpirationHours, maxExpiresHours),
    sessionHours: maxExpiresHours,
    holderRefresh,
  };
}

/**
 * The same of a refresh. The session is the old token's, whoever refreshes it.
 * @throws ConnectError PERMISSION_DENIED when the token's issuer does not let its holder refresh it;
 * TokenError when a holder's token is not valid.
 */
export function refreshBounds(
  token: string,
  hours: number | undefined,
  manager: SecureTokenManager,
  call: Call | undefined,
): RefreshBounds {
  const caller = call?.caller;
  if (caller?.heldToken !== undefined) {
    if (manager.validateToken(token).holderRefresh === false) {
      const text = "the token's issuer does not let its holder refresh it";
      throw callerError("RPC_NOT_ALLOWED", Code.PermissionDenied, text);
    }
    return { newExpiresInHours: hours, byHolder: true };
  }
  if (!caller?.bounds) return { newExpiresInHours: hours };
  const { maxExpiresHours, holderRefresh } = caller.bounds;
  const most = Math.min(manager.defaultExpirationHours, maxExpiresHours);
  return { newExpiresInHours: hours ?? most, holderRefresh };
}
