/** Errors written straight into answers, in protobuf's two formats: a batch may hold 1,000 of them. */
import {
  ErrorReason,
  ErrorReasonSchema,
  TokenErrorKind,
  TokenErrorKindSchema,
} from "../../gen/ts/src/securetoken/v1/error_pb.js";
import {
  type ErrorReason as Reason,
  type TokenError,
  TokenExpiredError,
  toWireSpelling,
} from "../core/index.js";
import { jsonMember, timestampJson } from "./claims-writer.js";
import { CODES, ERROR_DOMAIN } from "./error-details.js";
import type { ProtoWriter } from "./proto-writer.js";

const DETAIL_TYPE = "type.googleapis.com/securetoken.v1.TokenErrorDetail";
const INFO_TYPE = "type.googleapis.com/google.rpc.ErrorInfo";

/** Writes the fields of a `google.rpc.Status` about a token, as `toStatus` gives it. */
export function writeStatus(writer: ProtoWriter, error: TokenError): void {
  writer.number(1, CODES[error.kind]);
  writer.string(2, error.message);
  const detail = openAny(writer, DETAIL_TYPE);
  writer.number(1, TokenErrorKind[error.kind]);
  writer.number(2, ErrorReason[error.reason as Reason]);
  writer.string(3, toWireSpelling(error.field));
  if (error instanceof TokenExpiredError) writer.timestamp(4, error.expiredAt);
  closeAny(writer, detail);
  const info = openAny(writer, INFO_TYPE);
  writer.string(1, `ERROR_REASON_${error.reason}`);
  writer.string(2, ERROR_DOMAIN);
  for (const [name, value] of Object.entries(metadataOf(error))) {
    const entry = writer.open(3);
    writer.text(1, name);
    writer.text(2, value);
    writer.close(entry);
  }
  closeAny(writer, info);
}

/** The same as a JSON object, its members in the order of protobuf-es. */
export function jsonStatus(error: TokenError): string {
  const { kind, reason, field, message } = error;
  const expiredAt = error instanceof TokenExpiredError ? timestampJson(error.expiredAt) : "";
  const detail =
    `{"kind":"${TokenErrorKindSchema.value[TokenErrorKind[kind]]?.name}"` +
    `,"reason":"${ErrorReasonSchema.value[ErrorReason[reason as Reason]]?.name}"` +
    `${jsonMember("field", toWireSpelling(field))}${jsonMember("expiredAt", expiredAt)},"@type":"${DETAIL_TYPE}"}`;
  const info =
    `{"reason":"ERROR_REASON_${reason}","domain":"${ERROR_DOMAIN}"` +
    `,"metadata":${JSON.stringify(metadataOf(error))},"@type":"${INFO_TYPE}"}`;
  return `{"code":${CODES[kind]}${jsonMember("message", message)},"details":[${detail},${info}]}`;
}

function metadataOf({ field, metadata }: TokenError): Record<string, string> {
  return { field: toWireSpelling(field), ...metadata };
}

interface OpenAny {
  readonly any: number;
  readonly value: number;
}

/** Begins a detail of a Status; what is written next is the message in it. */
function openAny(writer: ProtoWriter, type: string): OpenAny {
  const any = writer.open(3);
  writer.string(1, type);
  return { any, value: writer.open(2) };
}

function closeAny(writer: ProtoWriter, { any, value }: OpenAny): void {
  writer.close(value);
  writer.close(any);
}
