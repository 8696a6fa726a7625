/** W3C Trace Context: which `traceparent` is valid, and what it says. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseTraceparent, traceContextOf } from "../../src/server/trace-context.js";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

describe("traceparent", () => {
  for (const [text, isSampled] of [
    [`00-${TRACE}-${PARENT}-01`, true],
    [`00-${TRACE}-${PARENT}-00`, false],
    [`00-${TRACE}-${PARENT}-ff`, true],
    [`00-${TRACE}-${PARENT}-fe`, false],
    [`cc-${TRACE}-${PARENT}-01`, true],
    [`cc-${TRACE}-${PARENT}-01-what-the-future-will-be-like`, true],
    [`01-${TRACE}-${PARENT}-01-`, true],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.deepEqual(parseTraceparent(text), { traceId: TRACE, parentId: PARENT, isSampled });
    });
  }

  for (const [what, text] of Object.entries({
    "an empty one": "",
    "one without flags": `00-${TRACE}-${PARENT}`,
    "version ff": `ff-${TRACE}-${PARENT}-01`,
    "a version in capitals": `CC-${TRACE}-${PARENT}-01`,
    "a trace-id of zeros": `00-${"0".repeat(32)}-${PARENT}-01`,
    "a parent-id of zeros": `00-${TRACE}-${"0".repeat(16)}-01`,
    "a trace-id in capitals": `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    "a short trace-id": `00-${TRACE.slice(1)}-${PARENT}-011`,
    "another separator": `00_${TRACE}_${PARENT}_01`,
    "flags that are no digits": `00-${TRACE}-${PARENT}-0g`,
    "a longer version 00": `00-${TRACE}-${PARENT}-01-more`,
    "a later version that goes on without a hyphen": `cc-${TRACE}-${PARENT}-01.more`,
    "a space before it": ` 00-${TRACE}-${PARENT}-01`,
    "two of them": `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
  })) {
    it(`takes ${what} for none`, () => assert.equal(parseTraceparent(text), undefined));
  }

  it("is none where headers have none", () => assert.equal(traceContextOf({}), undefined));
});
