/** The check that every gateway asks for: a valid token that holds permissions, as the RPCs see it. */

import { permissionNotGranted } from "../core/errors.js";
import type { SecureTokenManager, ValidToken } from "../core/index.js";
import { checkRequiredPermission } from "../core/rules.js";
import { NO_REGISTER, type RevocationRegister } from "../revocation/register.js";
import { about, type Call, tokenOf } from "./call.js";
import { refuse } from "./refuse.js";
import { requireFresh } from "./revocation-rpcs.js";

/**
 * Gives the claims of a valid token that holds every one of `permissions`; none: any valid token.
 * @throws ConnectError as ValidateToken and CheckPermission throw it: UNAUTHENTICATED, PERMISSION_DENIED or
 * INVALID_ARGUMENT about the token or a permission, UNAVAILABLE while revocations may be missing.
 */
export type TokenCheck = (
  token: string,
  permissions: readonly string[],
  call: Call | undefined,
) => ValidToken;

/** The check over a manager and the register of its revocations. */
export function createTokenCheck(
  manager: SecureTokenManager,
  register: RevocationRegister = NO_REGISTER,
): TokenCheck {
  return (token, permissions, call) => {
    try {
      requireFresh(register);
      for (const permission of permissions) checkRequiredPermission(permission, "permission");
      const valid = about(manager.validateToken(tokenOf({ token }, call)), call);
      const missing = permissions.find((permission) => !valid.permissions.includes(permission));
      if (missing !== undefined) throw permissionNotGranted(missing, valid);
      return valid;
    } catch (error) {
      return refuse(error, call);
    }
  };
}
