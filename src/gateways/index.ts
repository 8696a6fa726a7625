/** The doors at which gateways ask: thin, over the one check of the service. */
import type { TokenCheck } from "../service/index.js";
import type { Door } from "./door.js";
import { createForwardAuth } from "./forward-auth.js";

export {
  DOOR_METHODS,
  type Door,
  type DoorAnswer,
  type DoorMethod,
  type DoorRequest,
} from "./door.js";

/** Every door. */
export function createDoors(check: TokenCheck): readonly Door[] {
  return [createForwardAuth(check)];
}
