/** The console's rules are the server's: the same inputs refused, in the same words. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { lifetimeFault } from "../../src/console/lifetime.js";
import * as console from "../../src/console/rules.js";
import { TokenError } from "../../src/core/index.js";
import * as core from "../../src/core/rules.js";

const RUNS = { numRuns: 500 };
/** Texts around the limits, of every kind of character. */
const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 34 }),
  fc
    .tuple(fc.integer({ min: 0, max: 260 }), fc.constantFrom("a", "😀", "é"))
    .map(([n, c]) => c.repeat(n)),
  fc.constantFrom(
    "\ud800x",
    "a\u0000",
    "a\u007f",
    "a\u00a0b",
    "a\u2028b",
    "a\u200bb",
    "a\ue000b",
    " a ",
  ),
);

/** What the server says of an input, if it refuses it. */
function serverFault(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof TokenError);
    return error.message;
  }
}

describe("console rules", () => {
  it("treat user_id as the server does", () => {
    fc.assert(
      fc.property(texts, (text) => {
        assert.equal(
          console.userIdFault(text),
          serverFault(() => core.checkUserId(text)),
        );
      }),
      RUNS,
    );
  });

  it("treat audiences as the server does", () => {
    fc.assert(
      fc.property(texts, fc.nat(3), (text, before) => {
        const audiences = [...Array.from({ length: before }, (_, i) => `service-${i}`), text];
        assert.equal(
          console.audienceFault(text, `audiences[${before}]`),
          serverFault(() => core.checkAudiences(audiences)),
        );
      }),
      RUNS,
    );
  });

  it("treat permissions as the server does", () => {
    fc.assert(
      fc.property(texts, fc.nat(3), (text, before) => {
        const permissions = [...Array<string>(before).fill("ok"), text];
        assert.equal(
          console.permissionFault(text, `permissions[${before}]`),
          serverFault(() => core.checkPermissions(permissions)),
        );
      }),
      RUNS,
    );
    const many = (count: number) => Array.from({ length: count }, (_, i) => `p-${i}`);
    assert.equal(
      serverFault(() => core.checkPermissions(many(console.MAX_PERMISSIONS))),
      undefined,
    );
    assert.ok(serverFault(() => core.checkPermissions(many(console.MAX_PERMISSIONS + 1))));
    assert.equal(console.MAX_CHECKED, core.MAX_CHECKED_PERMISSIONS);
  });

  it("treat permissions to check as the server does", () => {
    fc.assert(
      fc.property(texts, (text) => {
        assert.equal(
          console.requiredPermissionFault(text, "permissions[0]"),
          serverFault(() => core.checkRequiredPermission(text, "permissions[0]")),
        );
      }),
      RUNS,
    );
  });

  it("refuse the lifetimes that the server refuses, whatever their unit", () => {
    const hours = fc.oneof(
      fc.double({ min: -1, max: 9000 }),
      fc.double({ min: -1e-9, max: 1e-9 }),
      fc.constantFrom(0, 8760, 8760.000001, Number.NaN, Number.POSITIVE_INFINITY, 1 / 3.6e9),
    );
    fc.assert(
      fc.property(hours, (value) => {
        const lifetime = { amount: String(value), unit: "hours" } as const;
        assert.equal(
          lifetimeFault(lifetime) === undefined,
          serverFault(() => core.checkExpiresHours(value)) === undefined,
        );
      }),
      RUNS,
    );
  });

  const dataFault = (text: string) => {
    const read = console.readAdditionalData(text);
    return "fault" in read ? read.fault : undefined;
  };

  it("treat additional_data as the server does", () => {
    // The client refuses `__proto__`, which the server would take.
    const names = fc.string({ maxLength: 12 }).filter((name) => name !== "__proto__");
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, 0.5, -3, "\ud800", "x".repeat(900), "é".repeat(600)),
        fc.string({ unit: "binary", maxLength: 20 }),
        fc.array(tie("value"), { maxLength: 40 }),
        fc.dictionary(names, tie("value"), { maxKeys: 40 }),
      ),
    }));
    fc.assert(
      fc.property(value, (data) => {
        const parsed: unknown = JSON.parse(JSON.stringify(data));
        assert.equal(
          dataFault(JSON.stringify(data)),
          serverFault(() => core.checkAdditionalData(parsed)),
        );
      }),
      RUNS,
    );
  });

  it("stop where the server stops", () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${"}".repeat(levels - 1)}`;
    const list = (values: number) => JSON.stringify({ list: Array(values - 2).fill(1) });
    const text = (bytes: number) => JSON.stringify({ text: "é".repeat((bytes - 11) / 2) });
    for (const [make, limit, step] of [
      [nested, 32, 1],
      [list, 256, 1],
      [text, 4095, 2],
    ] as const) {
      assert.equal(dataFault(make(limit)), undefined);
      const beyond = make(limit + step);
      assert.ok(dataFault(beyond));
      assert.equal(
        dataFault(beyond),
        serverFault(() => core.checkAdditionalData(JSON.parse(beyond))),
      );
    }
  });

  it("refuse what a Struct cannot carry, before it is sent", () => {
    assert.match(
      dataFault('{"n": 9007199254740993}') ?? "",
      /write additional_data\.n as a string$/,
    );
    assert.match(dataFault('{"__proto__": 1}') ?? "", /must not hold a member named __proto__/);
    assert.match(dataFault("{") ?? "", /JSON/);
    assert.equal(dataFault("  "), undefined);
  });
});
