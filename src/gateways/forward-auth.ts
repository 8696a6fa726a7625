/**
 * `/authz`: nginx's auth_request, Traefik's ForwardAuth, Caddy's forward_auth and what works alike ask here
 * whether a request may pass, and pass its headers along.
 */
import { Code } from "@connectrpc/connect";
import { bearerOf, type GatewayOperations, type Required } from "../service/index.js";
import { DOORS, type Door, type DoorAnswer, type DoorRequest } from "./door.js";
import { invalid, parseQuery } from "./form.js";
import { identityHeaders } from "./identity-headers.js";
import {
  type Refusal,
  refusalBody,
  refusalHeaders,
  TOKEN_INVALID,
  TOKEN_MISSING,
  toRefusal,
} from "./refusal.js";

/** Where a gateway shows its own API key: `authorization` holds its client's token. */
const GATEWAY_KEY = "x-gateway-key";
const API_KEY_PREFIX = "stk_";

/**
 * The door. What is required comes from the query alone, which stands in the gateway's configuration: its
 * client's headers are passed along, and the client writes them. It answers to every method alike, for
 * gateways pass on their client's or use GET.
 */
export function createForwardAuth({ check }: GatewayOperations): Door {
  return {
    method: DOORS.forwardAuth,
    path: "/authz",
    // Nothing else of the headers is the gateway's: an `origin` is that of its client's page.
    callerHeaders(request) {
      const key = request.headers[GATEWAY_KEY];
      if (typeof key === "string") return { authorization: `Bearer ${key}` };
      // The client is known by its token alone: that it shows an API key makes it no gateway.
      const token = tokenIn(request);
      return token.startsWith(API_KEY_PREFIX) ? {} : { authorization: `Bearer ${token}` };
    },
    answer(request, call) {
      const valid = check(tokenIn(request), requiredBy(queryOf(request)), call);
      return { status: 200, headers: identityHeaders(valid) };
    },
    refuse: (error, request) => {
      // A gateway that is refused itself is no fact about the token; a client without one that holds is.
      const isUnknown = error.code === Code.Unauthenticated && error.cause === undefined;
      if (!isUnknown || request.headers[GATEWAY_KEY] !== undefined)
        return answerOf(toRefusal(error));
      const isShown = request.hasSeveralCredentials || bearerOf(authorizationOf(request));
      return answerOf(isShown ? TOKEN_INVALID : TOKEN_MISSING);
    },
  };
}

/** Several permissions are all required; a second audience would be another service's. */
function requiredBy(query: string): Required {
  const values = parseQuery(query, ["permission", "audience"]);
  const [audience, ...others] = values.get("audience") ?? [];
  if (others.length > 0) throw invalid("must give audience once");
  return { permissions: values.get("permission") ?? [], audience };
}

/** A refusal as an answer of HTTP. */
function answerOf(refusal: Refusal): DoorAnswer {
  const { status } = refusal;
  return { status, headers: refusalHeaders(refusal), body: refusalBody(refusal) };
}

/** The token that a request shows; what can be none where it shows several, for who reads which is not known. */
function tokenIn(request: DoorRequest): string {
  if (request.hasSeveralCredentials) return "several";
  return bearerOf(authorizationOf(request)) ?? "";
}

function authorizationOf({ headers: { authorization } }: DoorRequest) {
  return typeof authorization === "string" ? { authorization } : {};
}

/**
 * The query as far as the gateway has written it. A gateway that asks for its client's path behind a prefix of
 * its own (Envoy over HTTP) ends the prefix with `path=`: what follows is the client's, and is not looked at.
 */
function queryOf({ target }: DoorRequest): string {
  const at = target.indexOf("?");
  const query = at < 0 ? "" : target.slice(at + 1);
  const path = /(?:^|&)path=/.exec(query);
  return path === null ? query : query.slice(0, path.index);
}
