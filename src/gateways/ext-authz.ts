/** Envoy's ext_authz over gRPC: `envoy.service.auth.v3.Authorization/Check`. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import {
  HeaderValueOption_HeaderAppendAction as AppendAction,
  Authorization,
  type CheckRequest,
  type CheckResponseSchema,
  type HeaderValueOptionSchema,
} from "../../gen/ts/src/envoy/service/auth/v3/external_auth_pb.js";
import { RetryInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import type { ValidToken } from "../core/index.js";
import { callKey, type GatewayOperations } from "../service/index.js";
import { invalid, percentDecoded } from "./form.js";
import { identityHeaders } from "./identity-headers.js";
import { type Refusal, refusalBody, refusalHeaders, toRefusal } from "./refusal.js";
import { requireCookieName, shownToken, withoutCookie } from "./shown-token.js";

type Response = MessageInitShape<typeof CheckResponseSchema>;

/** What a route may say in `context_extensions`. */
const EXTENSIONS: readonly string[] = ["permissions", "audience", "cookie", "keep_token"];
const AUTHORIZATION = "authorization";
const COOKIE = "cookie";

/** Header fields of Envoy's client. */
type SentHeaders = Readonly<Record<string, string>>;
const NOTHING: SentHeaders = {};

/**
 * The RPC. Every verdict is an answer, also that none can be given: an error of gRPC would be Envoy's own to
 * judge, which it may be configured to take for a leave (`failure_mode_allow`).
 */
export function extAuthzRoutes({ check }: GatewayOperations): (router: ConnectRouter) => void {
  return (router) => {
    router.service(Authorization, {
      check(request, { values }: HandlerContext) {
        const call = values.get(callKey);
        try {
          const { required, cookieName, keepsToken } = readExtensions(request);
          const headers = request.attributes?.request?.http?.headers ?? {};
          const valid = check(shownToken(headers, cookieName), required, call);
          return allow(valid, keepsToken ? NOTHING : withoutToken(headers, cookieName));
        } catch (error) {
          if (!(error instanceof ConnectError)) throw error;
          if (call) call.refused = error;
          return deny(error, toRefusal(error));
        }
      },
    });
  };
}

function readExtensions({ attributes }: CheckRequest) {
  const extensions = attributes?.contextExtensions ?? {};
  if (Object.keys(extensions).some((name) => !EXTENSIONS.includes(name))) {
    throw invalid(`may have the context_extensions ${EXTENSIONS.join(", ")} alone`);
  }
  const { permissions, audience, cookie, keep_token: keepToken = "false" } = extensions;
  if (keepToken !== "true" && keepToken !== "false") {
    throw invalid("must have true or false as keep_token");
  }
  const required = { permissions: listOf(permissions), audience };
  return { required, cookieName: requireCookieName(cookie), keepsToken: keepToken === "true" };
}

/** Permissions separated by commas; a comma within one is `%2C`. */
function listOf(permissions: string | undefined): readonly string[] {
  if (permissions === undefined) return [];
  return permissions.split(",").map((text) => {
    const permission = percentDecoded(text.trim());
    if (permission === "") throw invalid("must not have an empty text among the permissions");
    return permission;
  });
}

/** What the application is sent in the place of the token's header fields: a text that is empty stands for none. */
function withoutToken({ cookie }: SentHeaders, cookieName: string | undefined): SentHeaders {
  if (cookie === undefined || cookieName === undefined) return { [AUTHORIZATION]: "" };
  return { [AUTHORIZATION]: "", [COOKIE]: withoutCookie(cookie, cookieName) };
}

/** What is empty is removed: Envoy would leave what its client sent. */
function allow(valid: ValidToken, replaced: SentHeaders): Response {
  const told = Object.entries({ ...identityHeaders(valid), ...replaced });
  const headers = told
    .filter(([, value]) => value !== "")
    .map(([name, value]) => replacing(name, value));
  const headersToRemove = told.filter(([, value]) => value === "").map(([name]) => name);
  const { userId, tokenId, sessionId, permissions } = valid;
  return {
    status: { code: 0 },
    httpResponse: { case: "okResponse", value: { headers, headersToRemove } },
    dynamicMetadata: {
      user_id: userId,
      permissions: [...permissions],
      token_id: tokenId,
      session_id: sessionId,
    },
  };
}

function deny(error: ConnectError, refusal: Refusal): Response {
  const { retryAfter } = refusal;
  const delay = retryAfter && { retryDelay: { seconds: BigInt(retryAfter), nanos: 0 } };
  const headers = { ...refusalHeaders(refusal), "cache-control": "no-store" };
  return {
    status: {
      code: error.code,
      message: refusal.message,
      details: delay ? [anyPack(RetryInfoSchema, create(RetryInfoSchema, delay))] : [],
    },
    httpResponse: {
      case: "deniedResponse",
      value: {
        status: { code: refusal.status },
        headers: Object.entries(headers).map(([name, value]) => replacing(name, value)),
        body: refusalBody(refusal),
      },
    },
  };
}

function replacing(key: string, value: string): MessageInitShape<typeof HeaderValueOptionSchema> {
  return { header: { key, value }, appendAction: AppendAction.OVERWRITE_IF_EXISTS_OR_ADD };
}
