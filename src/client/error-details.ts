/** The two details of an error of ours, turned back into one of the four exceptions. */
import { createRegistry } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { type ErrorInfo, ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import type { Status } from "../../gen/ts/src/google/rpc/status_pb.js";
import {
  ErrorReason,
  type TokenErrorDetail,
  TokenErrorDetailSchema,
  TokenErrorKind,
} from "../../gen/ts/src/securetoken/v1/error_pb.js";
import { hideDetails, toCallError } from "./call-errors.js";
import {
  InvalidTokenError,
  PermissionDeniedError,
  TokenError,
  type TokenErrorFacts,
  TokenExpiredError,
} from "./errors.js";
import { fromTimestamp, Instant } from "./time.js";

const ERROR_DOMAIN = "securetoken.v1";
const REASON_PREFIX = "ERROR_REASON_";

/** What JSON needs to read the details inside an answer; in the binary format they are bytes. */
export const DETAIL_JSON = { registry: createRegistry(TokenErrorDetailSchema, ErrorInfoSchema) };

/**
 * One of the four exceptions, for a `ConnectError` that carries a `TokenErrorDetail`; its `cause` is
 * that error. Without that detail a `ConnectError` stays one, as `CallerRefusedError`, `RateExceededError` or
 * `ServiceUnavailableError` where it is one of these. Neither the code nor the text decides about a token: a
 * refused credential has the code of a refused token. Anything else is given back as it is. Never throws.
 */
export function fromConnectError(error: unknown): unknown {
  if (!(error instanceof ConnectError)) return error;
  const detail = error.findDetails(TokenErrorDetailSchema)[0];
  if (detail === undefined) return toCallError(error);
  hideDetails(error);
  const facts = toFacts(error, detail);
  switch (detail.kind) {
    case TokenErrorKind.TOKEN_EXPIRED: {
      const expiredAt = fromTimestamp(detail.expiredAt) ?? new Instant(0, 0);
      return new TokenExpiredError(error.rawMessage, facts, expiredAt);
    }
    case TokenErrorKind.INVALID_TOKEN:
      return new InvalidTokenError(error.rawMessage, facts);
    case TokenErrorKind.PERMISSION_DENIED:
      return new PermissionDeniedError(error.rawMessage, facts, detail.requiredPermission);
    default:
      return new TokenError(error.rawMessage, facts);
  }
}

/** The same for the `google.rpc.Status` of one answer among many. */
export function fromStatus(status: Status): unknown {
  return fromConnectError(statusToConnectError(status));
}

/** A `google.rpc.Status` as the error that a call ending with it would reject with. */
export function statusToConnectError(status: Status, metadata?: Headers): ConnectError {
  const error = new ConnectError(status.message, status.code, metadata);
  error.details = status.details.map(({ typeUrl, value }) => ({
    type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
    value,
  }));
  return error;
}

function toFacts(error: ConnectError, detail: TokenErrorDetail): TokenErrorFacts {
  const info = error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === ERROR_DOMAIN);
  // The field has a property of its own, as in the core.
  const { field = "", ...metadata } = info?.metadata ?? {};
  return {
    reason: toReason(detail, info),
    field: detail.field || field,
    metadata,
    code: error.code,
    cause: error,
  };
}

/** The reason's name. ErrorInfo holds it as text, so that even one younger than this client has one. */
function toReason(detail: TokenErrorDetail, info: ErrorInfo | undefined): string {
  const known: string | undefined = ErrorReason[detail.reason];
  if (known !== undefined && detail.reason !== ErrorReason.UNSPECIFIED) return known;
  return info?.reason.startsWith(REASON_PREFIX)
    ? info.reason.slice(REASON_PREFIX.length)
    : "UNSPECIFIED";
}
