/** The corpus itself: whole, well-formed, and made by its script. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ErrorReason, TokenErrorKind } from "../../../gen/ts/src/securetoken/v1/error_pb.js";
import { TokenService } from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { difference } from "./compare.js";
import { loadCorpus, type Step } from "./corpus.js";
import { expand } from "./expand.js";

const steps: Step[] = loadCorpus().flatMap(({ cases }) =>
  cases.flatMap((it) => [...(it.before ?? []), it]),
);

/** Every value of a member named `name`, at any depth. */
function valuesOf(name: string, value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, it]) => (key === name ? [it] : valuesOf(name, it)));
}

/** The names of an enum's values but the one that is never sent. */
const namesOf = (enumeration: object) =>
  Object.values(enumeration).filter((it) => typeof it === "string" && it !== "UNSPECIFIED");

describe("the corpus", () => {
  it("calls every RPC", () => {
    const called = new Set(steps.map(({ rpc }) => rpc));
    // Streams are held by the clients' own tests.
    const unary = TokenService.methods.filter(({ methodKind }) => methodKind === "unary");
    assert.deepEqual(called, new Set(unary.map(({ name }) => name)));
  });

  it("expects every kind of error, and the language's own", () => {
    const expected = new Set(steps.flatMap(({ expect }) => valuesOf("kind", expect)));
    assert.deepEqual(expected, new Set([...namesOf(TokenErrorKind), "RPC"]));
  });

  it("expects every reason that travels", () => {
    const expected = new Set(steps.flatMap(({ expect }) => valuesOf("reason", expect)));
    const travelling = namesOf(ErrorReason).filter((reason) => reason !== "SETTING_INVALID");
    assert.deepEqual(
      travelling.filter((reason) => !expected.has(reason)),
      [],
    );
  });

  it("uses tokens as their script makes them", () => {
    const script = fileURLToPath(new URL("make-tokens.ts", import.meta.url));
    execFileSync(process.execPath, ["--import", "tsx", script, "--check"], { stdio: "pipe" });
  });
});

describe("comparison", () => {
  const rows: [string, unknown, unknown, "part" | "whole", string | undefined][] = [
    ["equal", { a: [1, "x"] }, { a: [1, "x"] }, "whole", undefined],
    ["a member that is not named", { a: 1 }, { a: 1, b: 2 }, "part", undefined],
    ["an unexpected member", { a: 1 }, { a: 1, b: 2 }, "whole", ".b is unexpected: 2"],
    ["a missing member", { a: 1 }, {}, "part", ".a is missing"],
    ["another length", [1], [1, 2], "part", ". has 2 items instead of 1"],
    ["a big integer as a double", 1e20, 100000000000000000000n, "whole", undefined],
    [
      "a lost digit",
      9007199254740993n,
      9007199254740992,
      "whole",
      '. is 9007199254740992 instead of "9007199254740993n"',
    ],
    ["text is no number", 1, "1", "whole", '. is "1" instead of 1'],
    [
      "data is compared whole",
      { additionalData: {} },
      { additionalData: { a: 1 } },
      "part",
      ".additionalData.a is unexpected: 1",
    ],
    ["so many characters", "<text:3>", "a-_", "whole", undefined],
    ["one more", "<text:3>", "abcd", "whole", '. is "abcd" instead of "<text:3>"'],
  ];
  for (const [name, expected, actual, strictness, found] of rows) {
    it(name, () => assert.equal(difference(expected, actual, strictness), found));
  }
});

describe("short forms", () => {
  const values = new Map([["name", "value"]]);
  const rows: [unknown, unknown][] = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the corpus writes its values so
    ["a ${name} b", "a value b"],
    [{ $repeat: "ab", times: 2 }, "abab"],
    [{ $list: { n: "p-#" }, times: 2, from: 5 }, [{ n: "p-5" }, { n: "p-6" }]],
    [{ $concat: [["a"], ["b"]] }, ["a", "b"]],
    [{ $nested: 2 }, { a: {} }],
  ];
  for (const [short, long] of rows) {
    it(JSON.stringify(short), () => assert.deepEqual(expand(short, values), long));
  }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as above
  it("an unknown name", () => assert.throws(() => expand("${nobody}", values), /nobody/));
});
