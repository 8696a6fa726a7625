/** What stands between the network and Connect's handlers. */
export { refuseMalformed, unreadableRequest } from "./refuse-malformed.js";
