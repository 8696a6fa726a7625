/** What stands between the network and Connect's handlers. */
export { refuseBadHost } from "./refuse-bad-host.js";
export { refuseMalformed, unreadableRequest } from "./refuse-malformed.js";
