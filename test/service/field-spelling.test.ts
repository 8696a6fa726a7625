/** The names of inputs in errors: TypeScript's own here, protobuf's on the wire. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DescMessage } from "@bufbuild/protobuf";
import { TokenErrorDetailSchema } from "../../gen/ts/src/securetoken/v1/error_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { TokenError, toWireSpelling } from "../../src/core/index.js";
import { toConnectError } from "../../src/service/error-details.js";

/** Every field that a request may name, at any depth. */
function fieldsOf(message: DescMessage, seen = new Set<DescMessage>()): DescMessage["fields"] {
  if (seen.has(message)) return [];
  seen.add(message);
  return message.fields.flatMap((field) => [
    field,
    ...(field.message === undefined ? [] : fieldsOf(field.message, seen)),
  ]);
}

describe("the field of an error", () => {
  const fields = TokenService.methods
    .flatMap(({ input }) => fieldsOf(input))
    .filter((field) => field.parent.file.proto.package === "securetoken.v1");

  it("is named as TypeScript's messages name it, and on the wire as the schema does", () => {
    assert.ok(fields.length > 20);
    for (const { name, localName } of fields) {
      const error = new TokenError("broken", { reason: "USER_ID_INVALID", field: name });
      assert.equal(error.field, localName);
      const [detail] = toConnectError(error).findDetails(TokenErrorDetailSchema);
      assert.equal(detail?.field, name);
    }
  });

  it("keeps indexes, paths and the names of settings", () => {
    const path = "targets[12].user.issued_before";
    const error = new TokenError("broken", { reason: "REVOCATION_INVALID", field: path });
    assert.equal(error.field, "targets[12].user.issuedBefore");
    assert.equal(toWireSpelling(error.field), path);
    const setting = new TokenError("broken", { reason: "SETTING_INVALID", field: "SECRET_KEY" });
    assert.equal(setting.field, "SECRET_KEY");
    assert.equal(toWireSpelling("SECRET_KEY"), "SECRET_KEY");
  });
});
