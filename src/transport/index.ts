/** What stands between the network and Connect's handlers. */
export { noteKnownCaller } from "./connection-cap.js";
export {
  type RequestChecks,
  refuseMalformed,
  STRICT_JSON,
  unreadableRequest,
} from "./refuse-malformed.js";
