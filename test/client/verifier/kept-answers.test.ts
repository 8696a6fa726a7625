/** What kept answers take is counted, whatever their additional data is made of. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Duration, Instant } from "../../../src/client/time.js";
import { toKeptAnswer } from "../../../src/client/verifier/kept-answers.js";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const ANSWERS = 300;

/** Texts of additional data; each answer parses its own, as a client does. */
const SHAPES: Record<string, (answer: number) => unknown> = {
  nothing: () => ({}),
  "long texts": (answer) => ({ text: `${answer}-${"x".repeat(4_000)}` }),
  "empty objects": () => ({ list: Array.from({ length: 250 }, () => ({})) }),
  "empty lists": () => ({ list: Array.from({ length: 250 }, () => []) }),
  "small objects": () => ({ list: Array.from({ length: 250 }, (_, i) => ({ a: i, b: i })) }),
  "lists in lists": () => ({ list: Array.from({ length: 100 }, (_, i) => [[i], [i]]) }),
};

describe("a kept answer", () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    it(`of ${name} takes no more memory than is counted`, () => {
      const texts = Array.from({ length: ANSWERS }, (_, answer) => JSON.stringify(shape(answer)));
      const kept = new Map<string, ReturnType<typeof toKeptAnswer>>();
      collectGarbage();
      const before = process.memoryUsage().heapUsed;
      for (const [answer, text] of texts.entries()) kept.set(`key ${answer}`, keep(answer, text));
      collectGarbage();
      const taken = process.memoryUsage().heapUsed - before;
      let counted = 0;
      for (const { bytes } of kept.values()) counted += bytes;
      assert.ok(
        taken < counted * 1.25,
        `${taken / ANSWERS} octets an answer, counted ${counted / ANSWERS}`,
      );
    });
  }
});

function keep(answer: number, additionalData: string) {
  const at = Instant.fromMicros(answer);
  const id = `token-${answer}`;
  return toKeptAnswer(
    {
      valid: true,
      tokenId: id,
      userId: `user-${answer}`,
      permissions: [`read-${answer}`, `write-${answer}`],
      issuedAt: at,
      expiresAt: at,
      additionalData: JSON.parse(additionalData),
      sessionId: id,
      keyId: "key-1",
      timeRemaining: new Duration(1, 0),
      sessionStartedAt: at,
    },
    0,
  );
}
