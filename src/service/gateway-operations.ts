/** What the doors for gateways do with a token: what the RPCs do, with the same checks and errors. */
import { permissionNotGranted } from "../core/errors.js";
import type {
  Introspection,
  SecureTokenManager,
  ValidateOptions,
  ValidToken,
} from "../core/index.js";
import { checkRequiredPermission } from "../core/rules.js";
import { NO_REGISTER, type RevocationRegister } from "../revocation/register.js";
import { about, type Call, tokenOf } from "./call.js";
import { refuse } from "./refuse.js";
import { requireEnabled, requireFresh, store } from "./revocation-rpcs.js";

/** What a gateway requires of a token; by default, that it is valid. */
export interface Required extends ValidateOptions {
  /** Every one of which the token must hold. Default none. */
  readonly permissions?: readonly string[];
}

/** Each throws ConnectError as its RPC does, and UNAVAILABLE while revocations may be missing. */
export interface GatewayOperations {
  /** The claims of a valid token that meets what is required. As ValidateToken and CheckPermission. */
  check(token: string, required: Required, call: Call | undefined): ValidToken;
  /** The state of a token, as IntrospectToken. */
  introspect(token: string, call: Call | undefined): Introspection;
  /** Revokes a token, as RevokeTokens; one that is no token of the server's, or has ended, is no error. */
  revoke(token: string, call: Call | undefined): Promise<void>;
}

/** The operations over a manager and the register of its revocations. */
export function createGatewayOperations(
  manager: SecureTokenManager,
  register: RevocationRegister = NO_REGISTER,
): GatewayOperations {
  const introspect = (token: string, call: Call | undefined) => {
    const found = manager.introspectToken(tokenOf({ token }, call));
    if (found.state !== "INVALID") about({ ...found.claims, keyId: found.keyId }, call);
    return found;
  };
  return {
    check(token, { permissions = [], ...required }, call) {
      try {
        requireFresh(register);
        for (const permission of permissions) checkRequiredPermission(permission, "permission");
        const valid = about(manager.validateToken(tokenOf({ token }, call), required), call);
        const missing = permissions.find((permission) => !valid.permissions.includes(permission));
        if (missing !== undefined) throw permissionNotGranted(missing, valid);
        return valid;
      } catch (error) {
        return refuse(error, call);
      }
    },
    introspect(token, call) {
      try {
        requireFresh(register);
        return introspect(token, call);
      } catch (error) {
        return refuse(error, call);
      }
    },
    async revoke(token, call) {
      try {
        requireEnabled(register, "token");
        introspect(token, call);
        await store({ manager, register }, manager.planRevocations([{ token }]), call);
      } catch (error) {
        refuse(error, call);
      }
    },
  };
}
