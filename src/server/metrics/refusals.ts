/** The refusals that error.proto knows, as `secure_token_refused_total` tells them. */
import { CallerErrorReasonSchema } from "../../../gen/ts/src/securetoken/v1/error_pb.js";
import type { ErrorReason, TokenErrorKind } from "../../core/index.js";

/** The kind of the refusals that are about the caller, and no fact about a token or a request. */
export const CALLER = "CALLER";

/** The kind of each reason, as error.proto tells it. SETTING_INVALID is no call's. */
const KINDS: Readonly<Record<Exclude<ErrorReason, "SETTING_INVALID">, TokenErrorKind>> = {
  TOKEN_EXPIRED: "TOKEN_EXPIRED",
  TOKEN_EMPTY: "INVALID_TOKEN",
  TOKEN_MALFORMED: "INVALID_TOKEN",
  CLAIM_MISSING: "INVALID_TOKEN",
  TOKEN_REVOKED: "INVALID_TOKEN",
  AUDIENCE_MISMATCH: "INVALID_TOKEN",
  PERMISSION_NOT_GRANTED: "PERMISSION_DENIED",
  USER_ID_INVALID: "TOKEN_ERROR",
  PERMISSION_INVALID: "TOKEN_ERROR",
  TOO_MANY_PERMISSIONS: "TOKEN_ERROR",
  EXPIRES_IN_OUT_OF_RANGE: "TOKEN_ERROR",
  ADDITIONAL_DATA_INVALID: "TOKEN_ERROR",
  TOKEN_TOO_LARGE: "TOKEN_ERROR",
  TOO_MANY_TOKENS: "TOKEN_ERROR",
  REQUIRED_PERMISSION_INVALID: "TOKEN_ERROR",
  REVOCATION_NOT_ENABLED: "TOKEN_ERROR",
  SESSION_ENDED: "TOKEN_ERROR",
  REVOCATION_INVALID: "TOKEN_ERROR",
  TOO_MANY_TARGETS: "TOKEN_ERROR",
  AUDIENCE_INVALID: "TOKEN_ERROR",
  TOO_MANY_AUDIENCES: "TOKEN_ERROR",
};

/** Every refusal that a call may meet. */
export const REFUSALS: readonly { readonly kind: string; readonly reason: string }[] = [
  ...Object.entries(KINDS).map(([reason, kind]) => ({ kind, reason })),
  ...CallerErrorReasonSchema.values
    .filter(({ number }) => number !== 0)
    .map(({ localName }) => ({ kind: CALLER, reason: localName })),
];

/** The statuses that requests are refused with before they are calls. */
export const REFUSED_STATUSES: readonly number[] = [
  400, 403, 404, 405, 408, 417, 421, 429, 500, 501, 503,
];
