/** How a TokenError travels: one code and two typed details. */
import { create, type DescFile, type MessageInitShape } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import type { StatusSchema } from "../../gen/ts/src/google/rpc/status_pb.js";
import {
  ErrorReason,
  TokenErrorDetailSchema,
  TokenErrorKind,
} from "../../gen/ts/src/securetoken/v1/error_pb.js";
import * as core from "../core/index.js";
import { toTimestamp } from "./convert.js";

/** The domain of every `google.rpc.ErrorInfo` of ours. */
export const ERROR_DOMAIN = "securetoken.v1";

/** The files of the details, for whoever must find a detail's type by its name. */
export const ERROR_DETAIL_FILES: readonly DescFile[] = [
  TokenErrorDetailSchema.file,
  ErrorInfoSchema.file,
];

/** The code of each exception. */
export const CODES = {
  TOKEN_ERROR: Code.InvalidArgument,
  TOKEN_EXPIRED: Code.Unauthenticated,
  INVALID_TOKEN: Code.Unauthenticated,
  PERMISSION_DENIED: Code.PermissionDenied,
} satisfies Record<core.TokenErrorKind, Code>;

/** A TokenError as the error that a caller receives. The original becomes its `cause`. */
export function toConnectError(error: core.TokenError): ConnectError {
  return new ConnectError(
    error.message,
    CODES[error.kind],
    undefined,
    [
      { desc: TokenErrorDetailSchema, value: toDetail(error) },
      { desc: ErrorInfoSchema, value: toErrorInfo(error) },
    ],
    error,
  );
}

/** The same as a `google.rpc.Status`, for an answer that holds errors. */
export function toStatus(error: core.TokenError): MessageInitShape<typeof StatusSchema> {
  return {
    code: CODES[error.kind],
    message: error.message,
    details: [
      anyPack(TokenErrorDetailSchema, create(TokenErrorDetailSchema, toDetail(error))),
      anyPack(ErrorInfoSchema, create(ErrorInfoSchema, toErrorInfo(error))),
    ],
  };
}

/** The first detail: which exception, which rule, which field, and its typed facts. */
function toDetail(error: core.TokenError): MessageInitShape<typeof TokenErrorDetailSchema> {
  return {
    kind: TokenErrorKind[error.kind],
    reason: ErrorReason[error.reason as core.ErrorReason],
    field: core.toWireSpelling(error.field),
    ...(error instanceof core.TokenExpiredError && { expiredAt: toTimestamp(error.expiredAt) }),
    ...(error instanceof core.PermissionDeniedError && {
      requiredPermission: error.requiredPermission,
    }),
  };
}

/** The second detail, for programs that know `google.rpc.ErrorInfo` alone. */
function toErrorInfo(error: core.TokenError): MessageInitShape<typeof ErrorInfoSchema> {
  return {
    reason: `ERROR_REASON_${error.reason}`,
    domain: ERROR_DOMAIN,
    metadata: { field: core.toWireSpelling(error.field), ...error.metadata },
  };
}
