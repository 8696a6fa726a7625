/** Envoy's ext_authz over gRPC: `envoy.service.auth.v3.Authorization/Check`. */
import type { DescMethod } from "@bufbuild/protobuf";
import { ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import {
  Authorization,
  type CheckRequest,
} from "../../gen/ts/src/envoy/service/auth/v3/external_auth_pb.js";
import { callKey, type DirectRpc, type GatewayOperations } from "../service/index.js";
import { allowed, checkAnswer, type Verdict } from "./check-answer.js";
import { invalid, percentDecoded } from "./form.js";
import { toRefusal } from "./refusal.js";
import { requireCookieName, shownToken, withoutCookie } from "./shown-token.js";

/** What a route may say in `context_extensions`. */
const EXTENSIONS: readonly string[] = ["permissions", "audience", "cookie", "keep_token"];
const AUTHORIZATION = "authorization";
const COOKIE = "cookie";

/** Header fields of Envoy's client. */
type SentHeaders = Readonly<Record<string, string>>;
const NOTHING: SentHeaders = {};

/** The RPC, for a router and for a server that answers without messages. */
export interface ExtAuthz {
  readonly routes: (router: ConnectRouter) => void;
  readonly direct: ReadonlyMap<DescMethod, DirectRpc>;
}

/**
 * Check. Every verdict is an answer, also that none can be given: an error of gRPC would be Envoy's own to
 * judge, which it may be configured to take for a leave (`failure_mode_allow`).
 */
export function createExtAuthz({ check }: GatewayOperations): ExtAuthz {
  const judge = (request: CheckRequest, { values }: HandlerContext): Verdict => {
    const call = values.get(callKey);
    try {
      const { required, cookieName, keepsToken } = readExtensions(request);
      const headers = request.attributes?.request?.http?.headers ?? {};
      const valid = check(shownToken(headers, cookieName), required, call);
      return allowed(valid, keepsToken ? NOTHING : withoutToken(headers, cookieName));
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      if (call) call.refused = error;
      return { error, refusal: toRefusal(error) };
    }
  };
  const { toMessage, toBinary, toJson } = checkAnswer;
  const direct = { call: judge, toBinary, toJson } as DirectRpc;
  return {
    routes: (router) => {
      router.service(Authorization, {
        check: (request, context) => toMessage(judge(request, context)),
      });
    },
    direct: new Map([[Authorization.method.check, direct]]),
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
