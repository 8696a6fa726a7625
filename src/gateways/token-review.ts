/** `POST /tokenreview`: the webhook by which a Kubernetes API server asks who holds a token. */
import { Code, ConnectError } from "@connectrpc/connect";
import { TokenError, type ValidToken } from "../core/index.js";
import { parseStrictJson } from "../core/strict-json.js";
import type { GatewayOperations } from "../service/index.js";
import { DOORS, type Door, type DoorAnswer } from "./door.js";
import { invalid } from "./form.js";
import { requirePosted } from "./posted.js";
import { toRefusal } from "./refusal.js";

/** The one version that is answered; `v1beta1` is gone since Kubernetes 1.22. */
const REVIEW = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview" } as const;
const MAX_REVIEW_BYTES = 64 * 1024;
const MAX_DEPTH = 16;
/** A permission of this prefix and a name is a group of the cluster; no other permission is. */
const GROUP_PREFIX = "k8s:";
/** Names of the cluster's own users and groups, `system:masters` among them. */
const RESERVED_PREFIX = "system:";
const RESERVED = `no token stands for a user or group ${RESERVED_PREFIX}…, or for no user`;
/** Where what Kubernetes has no place for is told. */
const EXTRA_PREFIX = "securetoken.dev/";

/**
 * The door. The user of a token is its `user_id`; the groups are its permissions `k8s:…`, without the
 * prefix. Neither can be one of the cluster's own (`system:…`). Where the API server names audiences, the
 * token must be meant for one of them, and those that it is meant for are told.
 */
export function createTokenReview({ check }: GatewayOperations): Door {
  return {
    method: DOORS.tokenReview,
    path: "/tokenreview",
    maxBodyBytes: MAX_REVIEW_BYTES,
    callerHeaders: ({ headers }) => headers,
    answer(request, call, body) {
      requirePosted(request, "application/json");
      const { token, audiences } = readReview(body);
      const valid = check(token, audiences.length > 0 ? { audience: audiences } : {}, call);
      const user = toUser(valid);
      const common = audiences.filter((audience) => valid.audiences?.includes(audience));
      const told = common.length > 0 ? { audiences: common } : {};
      if (user !== undefined) return review({ authenticated: true, user, ...told });
      if (call) call.refused = new ConnectError(RESERVED, Code.PermissionDenied);
      return review({ authenticated: false, error: RESERVED });
    },
    refuse: toAnswer,
  };
}

/** @throws ConnectError INVALID_ARGUMENT for what is no review of a token */
function readReview(body: Buffer): { token: string; audiences: readonly string[] } {
  const value = parseStrictJson(body.toString(), MAX_DEPTH)?.value as Partial<Review> | null;
  if (value?.apiVersion !== REVIEW.apiVersion || value.kind !== REVIEW.kind) {
    throw invalid(`must be a ${REVIEW.kind} of ${REVIEW.apiVersion}, as JSON`);
  }
  const { token, audiences } = value.spec ?? {};
  if (typeof token !== "string" || token === "") throw invalid("must have a text as spec.token");
  // What is missing is null to Go.
  const asked: unknown = audiences ?? [];
  if (!Array.isArray(asked) || !asked.every((audience) => typeof audience === "string")) {
    throw invalid("must have a list of texts as spec.audiences, or none");
  }
  return { token, audiences: asked };
}

/** What is read of a review; each member may be anything. */
interface Review {
  readonly apiVersion: unknown;
  readonly kind: unknown;
  readonly spec: { readonly token?: unknown; readonly audiences?: unknown } | null;
}

/** The user of a token; undefined where it would be one of the cluster's own, or in such a group. */
function toUser({ userId, permissions, tokenId, sessionId }: ValidToken) {
  const groups = permissions
    .filter((permission) => permission.startsWith(GROUP_PREFIX) && permission !== GROUP_PREFIX)
    .map((permission) => permission.slice(GROUP_PREFIX.length));
  if (userId === "" || [userId, ...groups].some((name) => name.startsWith(RESERVED_PREFIX))) {
    return undefined;
  }
  return {
    username: userId,
    uid: userId,
    groups,
    extra: {
      [`${EXTRA_PREFIX}permissions`]: permissions,
      [`${EXTRA_PREFIX}token-id`]: [tokenId],
      [`${EXTRA_PREFIX}session-id`]: [sessionId],
    },
  };
}

/** What is said of a token is a review; all else is an error of HTTP, after which nobody is authenticated. */
function toAnswer(error: ConnectError): DoorAnswer {
  const { code, cause, rawMessage: message } = error;
  if (cause instanceof TokenError) {
    return review({ authenticated: false, error: toRefusal(error).message });
  }
  const status = STATUSES.get(code) ?? 503;
  const retryAfter = error.metadata.get("retry-after");
  return {
    status: status === 429 && retryAfter === null ? 413 : status,
    headers: {
      "content-type": "application/json",
      ...(status === 401 && { "www-authenticate": "Bearer" }),
      ...(status === 405 && { allow: "POST" }),
      ...(retryAfter !== null && { "retry-after": retryAfter }),
    },
    body: JSON.stringify({
      message: status === 503 ? "tokens cannot be checked at present" : message,
    }),
  };
}

const STATUSES: ReadonlyMap<Code, number> = new Map([
  [Code.InvalidArgument, 400],
  [Code.Unauthenticated, 401],
  [Code.PermissionDenied, 403],
  [Code.Unimplemented, 405],
  [Code.ResourceExhausted, 429],
]);

function review(status: object): DoorAnswer {
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...REVIEW, status }),
  };
}
