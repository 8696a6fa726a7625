/** Errors as what they are: which exception, which rule, which field, which code. */
import { Code, ConnectError } from "@connectrpc/connect";
import { PermissionDeniedError, TokenError, TokenExpiredError } from "../client/web.js";

/** What is shown of an error. */
export interface ErrorFacts {
  /** The exception's name. */
  readonly name: string;
  readonly message: string;
  /** Names and values, in the order of error.proto. */
  readonly rows: readonly (readonly [name: string, value: string])[];
  /** Whether it is a fact about a token or a request, rather than a failed call. */
  readonly aboutToken: boolean;
}

/** Everything that an error tells. */
export function describeError(error: unknown): ErrorFacts {
  if (error instanceof TokenError) {
    const { name, message, kind, reason, field, code, metadata } = error;
    const extra: Record<string, string> = { ...metadata };
    if (error instanceof TokenExpiredError) extra.expired_at = String(error.expiredAt);
    if (error instanceof PermissionDeniedError)
      extra.required_permission = error.requiredPermission;
    const common = { kind, reason, field, code: codeName(code) };
    return { name, message, rows: Object.entries({ ...common, ...extra }), aboutToken: true };
  }
  const { rawMessage, code } = ConnectError.from(error);
  const rows = [["code", codeName(code)]] as const;
  return { name: "ConnectError", message: rawMessage, rows, aboutToken: false };
}

/** As gRPC spells it: PERMISSION_DENIED. */
function codeName(code: Code): string {
  return Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}
