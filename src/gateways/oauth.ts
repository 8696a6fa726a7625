/** `POST /introspect` (RFC 7662) and `POST /revoke` (RFC 7009), for whatever speaks OAuth 2.0. */
import { Code, type ConnectError } from "@connectrpc/connect";
import { type Claims, TokenError } from "../core/index.js";
import { type Call, type GatewayOperations, trimBlanks } from "../service/index.js";
import {
  DOORS,
  type Door,
  type DoorAnswer,
  type DoorRequest,
  type RequestHeaders,
} from "./door.js";
import { requiredParameter } from "./form.js";
import { requirePosted } from "./posted.js";
import { isScopeToken } from "./scope.js";

/** A token of 8,192 characters, each percent-encoded, would have 24 KiB; none needs that. */
const MAX_FORM_BYTES = 16 * 1024;
const BASIC = /^basic +([A-Za-z0-9+/]+=*)$/i;

/** Tells the state of a token, and its claims while it is valid. */
export function createOAuthIntrospect({ introspect }: GatewayOperations): Door {
  return oauthDoor("oauthIntrospect", "/introspect", (token, call) => {
    const found = introspect(token, call);
    return json(200, found.state === "ACTIVE" ? toActive(found.claims) : { active: false });
  });
}

/** Revokes a token. What is no valid token is answered alike (RFC 7009, section 2.2). */
export function createOAuthRevoke({ revoke }: GatewayOperations): Door {
  return oauthDoor("oauthRevoke", "/revoke", async (token, call) => {
    await revoke(token, call);
    return { status: 200, headers: {} };
  });
}

/** Both take a form with the parameter `token`; `token_type_hint` and others are not looked at. */
function oauthDoor(
  name: keyof typeof DOORS,
  path: string,
  answer: (token: string, call: Call | undefined) => DoorAnswer | Promise<DoorAnswer>,
): Door {
  return {
    method: DOORS[name],
    path,
    maxBodyBytes: MAX_FORM_BYTES,
    callerHeaders,
    answer(request, call, body) {
      requirePosted(request, "application/x-www-form-urlencoded");
      return answer(requiredParameter(body.toString(), "token"), call);
    },
    refuse: toOAuthError,
  };
}

/**
 * The caller's API key may be the password of HTTP's Basic too, where clients of OAuth put their secret (RFC
 * 6749, section 2.3.1); the user name says nothing that the key does not.
 */
function callerHeaders({ headers, hasSeveralCredentials }: DoorRequest): RequestHeaders {
  const { authorization } = headers;
  if (hasSeveralCredentials || typeof authorization !== "string") return headers;
  const encoded = BASIC.exec(trimBlanks(authorization))?.[1];
  if (encoded === undefined) return headers;
  const pair = Buffer.from(encoded, "base64").toString();
  const key = pair.slice(pair.indexOf(":") + 1);
  return { ...headers, authorization: `Bearer ${key}` };
}

/** RFC 7662, section 2.2. Times are whole seconds, rounded down. */
function toActive(claims: Claims) {
  const { userId, permissions, tokenId, sessionId, issuedAt, expiresAt, audiences } = claims;
  return {
    active: true,
    token_type: "Bearer",
    sub: userId,
    username: userId,
    scope: permissions.filter(isScopeToken).join(" "),
    permissions,
    jti: tokenId,
    sid: sessionId,
    iat: issuedAt.seconds,
    exp: expiresAt.seconds,
    ...(audiences && { aud: audiences }),
  };
}

/** The errors of RFC 6749, section 5.2, which both RFCs use. */
function toOAuthError(error: ConnectError, { headers }: DoorRequest): DoorAnswer {
  const { code, cause, rawMessage: error_description } = error;
  const retryAfter = error.metadata.get("retry-after");
  const retry = retryAfter === null ? {} : { "retry-after": retryAfter };
  const isTooLarge = code === Code.ResourceExhausted && retryAfter === null;
  if (cause instanceof TokenError && cause.reason === "REVOCATION_NOT_ENABLED") {
    return json(400, { error: "unsupported_token_type", error_description });
  }
  if (code === Code.Unauthenticated) {
    const scheme = /^basic\b/i.test(String(headers.authorization)) ? "Basic" : "Bearer";
    const challenge = { "www-authenticate": `${scheme} realm="secure-token"` };
    return json(401, { error: "invalid_client", error_description }, challenge);
  }
  if (code === Code.Unimplemented) {
    return json(405, { error: "invalid_request", error_description }, { allow: "POST" });
  }
  if (code === Code.PermissionDenied) {
    return json(403, { error: "unauthorized_client", error_description });
  }
  if (code === Code.InvalidArgument || isTooLarge) {
    return json(isTooLarge ? 413 : 400, { error: "invalid_request", error_description });
  }
  if (code === Code.ResourceExhausted) {
    return json(429, { error: "temporarily_unavailable", error_description }, retry);
  }
  return json(503, { error: "temporarily_unavailable" }, retry);
}

function json(status: number, body: object, headers: Record<string, string> = {}): DoorAnswer {
  return {
    status,
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}
