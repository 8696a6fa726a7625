/** Context values of a call behave as Connect's own. */
import assert from "node:assert/strict";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import { createContextKey, createContextValues } from "@connectrpc/connect";
import { CallValues, connectionKey } from "../../src/server/call-values.js";
import { type Call, callKey } from "../../src/service/index.js";

const call = { peer: "192.0.2.1" } as Call;
const otherKey = createContextKey("default");

describe("context values of a call", () => {
  it("give what was set, and defaults for what was not", () => {
    const socket = new Socket();
    const values = new CallValues(call, socket);
    const connects = createContextValues().set(callKey, call).set(connectionKey, socket);
    for (const each of [values, connects]) {
      assert.equal(each.get(callKey), call);
      assert.equal(each.get(connectionKey), socket);
      assert.equal(each.get(otherKey), "default");
      assert.equal(each.set(otherKey, "set"), each);
      assert.equal(each.get(otherKey), "set");
    }
    assert.equal(new CallValues(call).get(connectionKey), undefined);
  });

  it("forget what is deleted, and it alone", () => {
    const values = new CallValues(call).set(otherKey, "set");
    assert.equal(values.delete(otherKey).get(otherKey), "default");
    assert.equal(values.get(callKey), call);
    assert.equal(values.delete(callKey).get(callKey), undefined);
  });
});
