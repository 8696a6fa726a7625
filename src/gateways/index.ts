/** The doors at which gateways ask: thin, over the operations of the service. */
import type { GatewayOperations } from "../service/index.js";
import type { Door } from "./door.js";
import { createForwardAuth } from "./forward-auth.js";
import { createOAuthIntrospect, createOAuthRevoke } from "./oauth.js";
import { createTokenReview } from "./token-review.js";

export {
  DOOR_METHODS,
  type Door,
  type DoorAnswer,
  type DoorMethod,
  type DoorRequest,
} from "./door.js";
export { createExtAuthz, type ExtAuthz } from "./ext-authz.js";

/** Every door. */
export function createDoors(operations: GatewayOperations): readonly Door[] {
  return [
    createForwardAuth(operations),
    createOAuthIntrospect(operations),
    createOAuthRevoke(operations),
    createTokenReview(operations),
  ];
}
