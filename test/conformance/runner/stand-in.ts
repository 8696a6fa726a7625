/** A server that answers ValidateToken with the error that the token's text names. */
import type { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import {
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../../gen/ts/src/google/rpc/error_details_pb.js";
import {
  TokenErrorKind as Kind,
  ErrorReason as Reason,
  TokenErrorDetailSchema,
} from "../../../gen/ts/src/securetoken/v1/error_pb.js";
import { TokenService } from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";

type Detail = NonNullable<ConstructorParameters<typeof ConnectError>[3]>[number];
type DetailFields = Partial<Parameters<typeof create<typeof TokenErrorDetailSchema>>[1]>;

const detail = (fields: NonNullable<DetailFields>): Detail => ({
  desc: TokenErrorDetailSchema,
  value: fields,
});
const info = (reason: string, metadata: Record<string, string>, domain = "securetoken.v1") => ({
  desc: ErrorInfoSchema,
  value: { reason: `ERROR_REASON_${reason}`, domain, metadata },
});
const invalidToken = detail({
  kind: Kind.INVALID_TOKEN,
  reason: Reason.TOKEN_MALFORMED,
  field: "token",
});
const retryInfo: Detail = { desc: RetryInfoSchema, value: {} };

/** Error details by the token that asks for them. */
const ANSWERS: Readonly<Record<string, readonly [Code, ...Detail[]]>> = {
  "caller-unknown": [Code.Unauthenticated, info("CALLER_UNKNOWN", { field: "authorization" })],
  "caller-forbidden": [Code.PermissionDenied, info("CALLER_FORBIDDEN", { field: "authorization" })],
  "no-details": [Code.Unauthenticated],
  "no-token-error-detail": [Code.Unauthenticated, info("TOKEN_MALFORMED", { field: "token" })],
  "unknown-kind": [
    Code.FailedPrecondition,
    detail({ kind: 99 as Kind, reason: 99 as Reason, field: "moon" }),
    info("MOON_IS_FULL", { field: "moon", phase: "full" }),
  ],
  "unspecified-kind": [Code.InvalidArgument, detail({ field: "user_id" })],
  "unknown-reason": [
    Code.Unauthenticated,
    detail({ kind: Kind.INVALID_TOKEN, reason: 99 as Reason, field: "token" }),
    info("TOKEN_TOO_OLD", { field: "token" }),
  ],
  "unusual-code": [Code.NotFound, invalidToken, info("TOKEN_MALFORMED", { field: "token" })],
  "detail-alone": [Code.Unauthenticated, invalidToken],
  "detail-last": [
    Code.Unauthenticated,
    retryInfo,
    info("SOMETHING_ELSE", { field: "proxy", hop: "1" }, "proxy.example"),
    info("TOKEN_MALFORMED", { field: "token" }),
    invalidToken,
  ],
  "expired-fact": [
    Code.Unauthenticated,
    detail({
      kind: Kind.TOKEN_EXPIRED,
      reason: Reason.TOKEN_EXPIRED,
      field: "token",
      expiredAt: timestampFromDate(new Date("1969-07-20T20:17:40.000Z")),
    }),
    info("TOKEN_EXPIRED", { field: "token" }),
  ],
};

/** Registers the stand-in. */
export function standInRoutes(router: ConnectRouter): void {
  router.service(TokenService, {
    async validateToken({ token }, { signal }) {
      if (token === "never-answered") await aborted(signal);
      const answer = ANSWERS[token];
      if (!answer) throw new ConnectError(`no answer is named ${token}`, Code.Unimplemented);
      const [code, ...details] = answer;
      throw new ConnectError(`the stand-in says ${token}`, code, undefined, details);
    },
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
}
