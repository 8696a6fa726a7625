/** Errors as the corpus spells them, and JSON in which no digit is lost. */
import { Code, ConnectError } from "@connectrpc/connect";
import {
  PermissionDeniedError,
  TokenError,
  TokenExpiredError,
} from "../../../../src/client/node.js";

/** One of the four exceptions with its facts; any other error of a call with its code alone. */
export function describeError(error: unknown) {
  if (error instanceof TokenError) {
    return {
      kind: error.kind,
      code: codeName(error.code),
      reason: error.reason,
      field: error.field,
      message: error.message,
      metadata: error.metadata,
      expiredAt: error instanceof TokenExpiredError ? error.expiredAt : undefined,
      requiredPermission:
        error instanceof PermissionDeniedError ? error.requiredPermission : undefined,
    };
  }
  if (!(error instanceof ConnectError)) throw error;
  return { kind: "RPC", code: codeName(error.code), message: error.rawMessage };
}

/** Compact JSON; a `bigint` is written with all its digits. */
export function writeExactJson(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if ("toJSON" in value) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeExactJson)}]`;
  const members = Object.entries(value).filter(([, it]) => it !== undefined);
  return `{${members.map(([name, it]) => `${JSON.stringify(name)}:${writeExactJson(it)}`)}}`;
}

/** UNAUTHENTICATED for `Code.Unauthenticated`. */
function codeName(code: Code): string {
  return Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}
