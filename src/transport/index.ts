/** What stands between the network and Connect's handlers. */

export { AddressList, networkOf, plainAddress } from "./address-list.js";
export { noteKnownCaller } from "./connection-cap.js";
export { CUT_REASONS, type CutReason } from "./cut-reasons.js";
export { peerOf } from "./proxied-connections.js";
export {
  type RequestChecks,
  refuseMalformed,
  STRICT_JSON,
  unreadableRequest,
} from "./refuse-malformed.js";
