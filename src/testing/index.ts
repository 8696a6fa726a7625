/** secure-token-service/testing: what the tests of protected services need. */
export { createTokenServiceStandIn, TokenServiceStandIn } from "./stand-in.js";
