/** What stands between the network and Connect's handlers. */
export {
  type CheckJson,
  refuseMalformed,
  STRICT_JSON,
  unreadableRequest,
} from "./refuse-malformed.js";
