/** From RPC errors to the four exceptions, and to nothing else. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import {
  ErrorReason,
  TokenErrorDetailSchema,
  TokenErrorKind,
} from "../../gen/ts/src/securetoken/v1/error_pb.js";
import {
  fromConnectError,
  InvalidTokenError,
  PermissionDeniedError,
  TokenError,
  TokenExpiredError,
} from "../../src/client/node.js";

const DETAIL = "securetoken.v1.TokenErrorDetail";
const INFO = "google.rpc.ErrorInfo";

type Detail = MessageInitShape<typeof TokenErrorDetailSchema>;
type Info = MessageInitShape<typeof ErrorInfoSchema>;

const detailBytes = (detail: Detail) =>
  toBinary(TokenErrorDetailSchema, create(TokenErrorDetailSchema, detail));
const infoBytes = (info: Info) => toBinary(ErrorInfoSchema, create(ErrorInfoSchema, info));

/** An error as it comes off the wire. */
function rpcError(details: [string, Uint8Array][], code = Code.Unauthenticated): ConnectError {
  const error = new ConnectError("some text", code);
  error.details = details.map(([type, value]) => ({ type, value }));
  return error;
}

function mapped(detail: Detail, info?: Info): TokenError {
  const infos: [string, Uint8Array][] = info ? [[INFO, infoBytes(info)]] : [];
  const error = rpcError([[DETAIL, detailBytes(detail)], ...infos]);
  const result = fromConnectError(error);
  assert.ok(result instanceof TokenError);
  assert.equal(result.cause, error);
  assert.equal(result.message, "some text");
  assert.equal(result.code, Code.Unauthenticated);
  return result;
}

describe("fromConnectError", () => {
  const kinds = [
    [TokenErrorKind.TOKEN_ERROR, TokenError, "TokenError", "TOKEN_ERROR"],
    [TokenErrorKind.TOKEN_EXPIRED, TokenExpiredError, "TokenExpiredError", "TOKEN_EXPIRED"],
    [TokenErrorKind.INVALID_TOKEN, InvalidTokenError, "InvalidTokenError", "INVALID_TOKEN"],
    [
      TokenErrorKind.PERMISSION_DENIED,
      PermissionDeniedError,
      "PermissionDeniedError",
      "PERMISSION_DENIED",
    ],
    [TokenErrorKind.UNSPECIFIED, TokenError, "TokenError", "TOKEN_ERROR"],
    [999 as TokenErrorKind, TokenError, "TokenError", "TOKEN_ERROR"],
  ] as const;
  for (const [kind, type, name, text] of kinds) {
    it(`kind ${kind} is ${name}, whatever code and text say`, () => {
      const error = mapped({ kind, field: "token" });
      assert.equal(error.constructor, type);
      assert.deepEqual([error.name, error.kind, error.field], [name, text, "token"]);
    });
  }

  it("gives the typed facts", () => {
    const expiredAt = { seconds: 1n, nanos: 2_999 };
    const expired = mapped({ kind: TokenErrorKind.TOKEN_EXPIRED, expiredAt });
    assert.equal(String((expired as TokenExpiredError).expiredAt), "1970-01-01T00:00:01.000002Z");
    const denied = mapped({
      kind: TokenErrorKind.PERMISSION_DENIED,
      requiredPermission: "read",
    });
    assert.equal((denied as PermissionDeniedError).requiredPermission, "read");
  });

  it("leaves errors without the detail as they are", () => {
    const info = infoBytes({ domain: "securetoken.v1", reason: "ERROR_REASON_TOKEN_EXPIRED" });
    for (const error of [
      rpcError([]),
      rpcError([], Code.PermissionDenied),
      rpcError([[INFO, info]]),
      rpcError([["other.Detail", detailBytes({ kind: TokenErrorKind.TOKEN_EXPIRED })]]),
      new Error("Token expired"),
      "Token expired",
      undefined,
      null,
    ]) {
      assert.equal(fromConnectError(error), error);
    }
  });

  it("takes bytes that are no message for no detail", () => {
    const garbage = new Uint8Array([0xff, 0xff, 0xff, 0x07, 0x00]);
    const error = rpcError([[DETAIL, garbage]]);
    assert.equal(fromConnectError(error), error);
    const valid = detailBytes({ kind: TokenErrorKind.INVALID_TOKEN });
    const second = rpcError([
      [DETAIL, garbage],
      [INFO, garbage],
      [DETAIL, valid],
    ]);
    assert.ok(fromConnectError(second) instanceof InvalidTokenError);
  });

  it("bears facts that are out of range or missing", () => {
    for (const expiredAt of [
      undefined,
      { seconds: 9_223_372_036_854_775_807n, nanos: 0 },
      { seconds: 0n, nanos: -5 },
    ]) {
      const error = mapped({
        kind: TokenErrorKind.TOKEN_EXPIRED,
        ...(expiredAt && { expiredAt }),
      });
      assert.equal(String((error as TokenExpiredError).expiredAt), "1970-01-01T00:00:00Z");
    }
  });

  it("names reasons, also those that only a newer server knows", () => {
    const domain = "securetoken.v1";
    const kind = TokenErrorKind.INVALID_TOKEN;
    const reason = ErrorReason.TOKEN_REVOKED;
    const newer = 999 as ErrorReason;
    assert.equal(mapped({ kind, reason }).reason, "TOKEN_REVOKED");
    const info = { domain, reason: "ERROR_REASON_TOKEN_STOLEN" };
    assert.equal(mapped({ kind, reason: newer }, info).reason, "TOKEN_STOLEN");
    assert.equal(mapped({ kind }, info).reason, "TOKEN_STOLEN");
    assert.equal(mapped({ kind, reason: newer }).reason, "UNSPECIFIED");
    assert.equal(mapped({ kind }, { domain, reason: "ODD" }).reason, "UNSPECIFIED");
    assert.equal(mapped({ kind }, { ...info, domain: "other" }).reason, "UNSPECIFIED");
  });

  it("takes metadata from the ErrorInfo of this service, and the field from either", () => {
    const kind = TokenErrorKind.INVALID_TOKEN;
    const metadata = { field: "tokens", claim: "user_id" };
    const ours = { domain: "securetoken.v1", reason: "", metadata };
    const first = mapped({ kind, field: "token" }, ours);
    assert.deepEqual([first.field, first.metadata], ["token", { claim: "user_id" }]);
    assert.equal(mapped({ kind }, ours).field, "tokens");
    const other = mapped({ kind }, { ...ours, domain: "other" });
    assert.deepEqual([other.field, other.metadata], ["", {}]);
  });
});
