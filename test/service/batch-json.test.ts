/** A batch answers over JSON too: the errors in it are messages of Any, which JSON must know. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRegistry } from "@bufbuild/protobuf";
import { createClient, createRouterTransport } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { ERROR_DETAIL_FILES, tokenRoutes } from "../../src/service/index.js";
import { fixedManager } from "../support/fixed-manager.js";

describe("BatchValidateTokens over JSON", () => {
  it("gives the same answer as over binary", async () => {
    const manager = await fixedManager();
    const tokens = [manager.generateToken("u").token, "junk", ""];
    const answers = [true, false].map((useBinaryFormat) => {
      const jsonOptions = { registry: createRegistry(...ERROR_DETAIL_FILES) };
      const transport = createRouterTransport(tokenRoutes(manager), {
        transport: { useBinaryFormat, jsonOptions },
      });
      return createClient(TokenService, transport).batchValidateTokens({ tokens });
    });
    const [binary, json] = await Promise.all(answers);
    assert.deepEqual(json, binary);
    assert.deepEqual(
      json?.results.map(({ result }) => result.case),
      ["claims", "error", "error"],
    );
  });
});
