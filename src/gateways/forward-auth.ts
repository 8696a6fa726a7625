/**
 * `/authz`: nginx's auth_request, Traefik's ForwardAuth, Caddy's forward_auth and what works alike ask here
 * whether a request may pass, and pass its headers along.
 */
import { Code } from "@connectrpc/connect";
import type { GatewayOperations, Required } from "../service/index.js";
import { type AnswerRoom, requireRoom } from "./answer-room.js";
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
import { requireCookieName, type ShownFields, shownToken, withoutCookie } from "./shown-token.js";

/** Where a gateway shows its own API key: `authorization` holds its client's token. */
const GATEWAY_KEY = "x-gateway-key";
const API_KEY_PREFIX = "stk_";
/** Beside the status line, `date` and the like in the 16 KiB that gateways keep for an answer's headers. */
const ROOM: AnswerRoom = { octets: 15 * 1024, encoding: "latin1" };
/** What tells Envoy which of its client's headers the application must not get. */
const ENVOY_REMOVES = "x-envoy-auth-headers-to-remove";

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
      const token = tokenIn(request, cookieNameIn(request));
      return token.startsWith(API_KEY_PREFIX) ? {} : { authorization: `Bearer ${token}` };
    },
    answer(request, call) {
      const { required, cookieName } = readQuery(request);
      const valid = check(tokenIn(request, cookieName), required, call);
      const { cookie } = fieldsOf(request);
      const rest = cookieName === undefined ? {} : { cookie: withoutCookie(cookie, cookieName) };
      const headers = { ...identityHeaders(valid), ...rest };
      requireRoom(Object.entries(headers), ROOM);
      return { status: 200, headers: withRemovals(headers) };
    },
    refuse: (error, request) => {
      // A gateway that is refused itself is no fact about the token; a client without one that holds is.
      const isUnknown = error.code === Code.Unauthenticated && error.cause === undefined;
      if (!isUnknown || request.headers[GATEWAY_KEY] !== undefined)
        return answerOf(toRefusal(error));
      const isShown = tokenIn(request, cookieNameIn(request)) !== "";
      return answerOf(isShown ? TOKEN_INVALID : TOKEN_MISSING);
    },
  };
}

/** Envoy over HTTP leaves the `cookie` that its client sent where the answer's is empty: it is told what to remove. */
function withRemovals(headers: Record<string, string>): Record<string, string> {
  const empty = Object.keys(headers).filter((name) => headers[name] === "");
  return empty.length === 0 ? headers : { ...headers, [ENVOY_REMOVES]: empty.join(",") };
}

/** What the gateway requires, and where else its client may show a token. */
interface Asked {
  readonly required: Required;
  readonly cookieName: string | undefined;
}

/**
 * Several permissions are all required; a second audience would be another service's.
 * @throws ConnectError INVALID_ARGUMENT for a query that breaks a rule
 */
function readQuery(request: DoorRequest): Asked {
  const values = parseQuery(queryOf(request), ["permission", "audience", "cookie"]);
  const single = (name: "audience" | "cookie") => {
    const [value, ...others] = values.get(name) ?? [];
    if (others.length > 0) throw invalid(`must give ${name} once`);
    return value;
  };
  const required = { permissions: values.get("permission") ?? [], audience: single("audience") };
  return { required, cookieName: requireCookieName(single("cookie")) };
}

/** The same where a query that breaks a rule is refused elsewhere. */
function cookieNameIn(request: DoorRequest): string | undefined {
  try {
    return readQuery(request).cookieName;
  } catch {
    return undefined;
  }
}

/** A refusal as an answer of HTTP. */
function answerOf(refusal: Refusal): DoorAnswer {
  const { status } = refusal;
  return { status, headers: refusalHeaders(refusal), body: refusalBody(refusal) };
}

/** The token that a request shows; what can be none where it shows several. */
function tokenIn(request: DoorRequest, cookieName: string | undefined): string {
  return shownToken(fieldsOf(request), cookieName);
}

/** Two `authorization` fields, of which HTTP/1.1 keeps the first, are told as such. */
function fieldsOf({ headers, hasSeveralCredentials }: DoorRequest): ShownFields {
  const { authorization, cookie } = headers;
  return {
    authorization: hasSeveralCredentials ? "," : textOf(authorization),
    cookie: textOf(cookie),
  };
}

function textOf(field: string | string[] | undefined): string | undefined {
  return typeof field === "string" ? field : undefined;
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
