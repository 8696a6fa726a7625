/** The keyset file: what is accepted, how each fault is named, and that no secret is told. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { deriveKey } from "../../src/core/index.js";
import type { ConfigError } from "../../src/server/config/index.js";
import { createKeysetLoader } from "../../src/server/derive-keyset.js";
import type { KeysetTrust } from "../../src/server/file-access.js";
import { formatKeysetFile, parseKeysetFile } from "../../src/server/keyset-file.js";
import { ROOT } from "../support/buf.js";
import { accepts } from "../support/json-schema.js";
import { fileKey } from "../support/keyset-file.js";

const SCHEMA = JSON.parse(readFileSync(join(ROOT, "docs/keyset-file.schema.json"), "utf8"));
const one = await fileKey("one");
const two = await fileKey("two", "staged");
const three = {
  ...(await fileKey("three", "secondary")),
  promotedAt: "2026-11-23T11:32:09Z",
  demotedAt: "2026-11-23T11:32:09.123456Z",
};
const GOOD = JSON.parse(formatKeysetFile([three, one, two])) as {
  keys: Record<string, unknown>[];
};

const file = (content: unknown, mode = 0o600) => ({
  bytes: Buffer.from(typeof content === "string" ? content : JSON.stringify(content)),
  mode,
});
/** The good file with members of its second key, the primary, replaced. */
const changed = (changes: Record<string, unknown>) => ({
  keys: GOOD.keys.map((key, i) => (i === 1 ? { ...key, ...changes } : key)),
});

describe("a keyset file", () => {
  it("is read as it was written, and fits its schema", () => {
    const keys = parseKeysetFile(file(GOOD));
    assert.equal(formatKeysetFile(keys), `${JSON.stringify(GOOD, null, 2)}\n`);
    assert.deepEqual(
      keys.map(({ keyId, state }) => ({ keyId, state })),
      [three, one, two].map(({ keyId, state }) => ({ keyId, state })),
    );
    assert.ok(accepts(SCHEMA, GOOD));
  });

  it("may be read by nobody but its owner", () => {
    for (const mode of [0o600, 0o400, 0o700]) assert.ok(parseKeysetFile(file(GOOD, mode)));
    for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644]) {
      assert.throws(() => parseKeysetFile(file(GOOD, mode)), /KEYSET_FILE must have mode 0600/);
    }
  });

  const NOBODY = 65_534;
  const access: [string, { mode: number; uid: number }, KeysetTrust, RegExp | undefined][] = [
    ["its user's, 0600", { mode: 0o600, uid: NOBODY }, { uid: NOBODY }, undefined],
    ["its user's, 0640", { mode: 0o640, uid: NOBODY }, { uid: NOBODY }, /mode 0600.*read it/],
    ["Kubernetes' with fsGroup: root's, 0440", { mode: 0o440, uid: 0 }, { uid: NOBODY }, undefined],
    ["root's, 0640", { mode: 0o640, uid: 0 }, { uid: NOBODY }, undefined],
    ["root's, 0440, and root's process", { mode: 0o440, uid: 0 }, { uid: 0 }, /mode 0600/],
    [
      "Docker's: root's, 0444",
      { mode: 0o444, uid: 0 },
      { uid: NOBODY, allowReadable: false },
      /ALLOW_READABLE_KEYSET=on/,
    ],
    ["the same, for a command", { mode: 0o444, uid: 0 }, { uid: NOBODY }, /0600.*\(it is 0444\)$/],
    ["the same, allowed", { mode: 0o444, uid: 0 }, { uid: NOBODY, allowReadable: true }, undefined],
    ["writable, allowed", { mode: 0o664, uid: 0 }, { uid: 0, allowReadable: true }, /write it/],
    ["another user's", { mode: 0o600, uid: 1234 }, { uid: NOBODY }, /must belong to the user of/],
    ["another user's, and root's process", { mode: 0o600, uid: 1234 }, { uid: 0 }, undefined],
  ];
  for (const [whose, owned, trust, message] of access) {
    it(`is ${message ? "refused" : "taken"} when it is ${whose}`, () => {
      const read = () => parseKeysetFile({ ...file(GOOD), ...owned }, trust);
      if (message) assert.throws(read, message);
      else assert.equal(read().length, 3);
    });
  }

  it("names a misspelt field with the one that is meant", () => {
    assert.throws(
      () => parseKeysetFile(file(changed({ iteration: 1 }))),
      /iteration is not known: did you mean iterations\?/,
    );
  });

  const { created_at: _, ...unborn } = GOOD.keys[1] as Record<string, unknown>;
  const many = Array.from({ length: 17 }, (_, i) => ({ ...GOOD.keys[0], key_id: `${i}` }));
  const cases: [string, unknown, RegExp][] = [
    ["no object", [], /must be JSON of the form/],
    ["no keys", {}, /must be JSON of the form/],
    ["another member", { ...GOOD, more: 1 }, /KEYSET_FILE more is not known/],
    ["a misspelt member", { key: GOOD.keys }, /key is not known: did you mean keys\?/],
    ["keys that are no list", { keys: {} }, /must be JSON of the form/],
    ["an empty list", { keys: [] }, /exactly one key in state primary, not 0/],
    ["too many keys", { keys: many }, /must hold at most 16 keys/],
    ["a key that is no object", { keys: [5, ...GOOD.keys] }, /keys\[0\] must be an object/],
    ["an unknown field", changed({ sesame: 1 }), /keys\[1\]\.sesame is not known/],
    ["a missing field", { keys: [unborn] }, /keys\[0\]\.created_at must be set/],
    ["a long key_id", changed({ key_id: "0".repeat(17) }), /key_id must be 16 hexadecimal/],
    ["a key_id in capitals", changed({ key_id: "ABCDEF0123456789" }), /key_id must be 16/],
    ["an unknown state", changed({ state: "PRIMARY" }), /state must be one of staged, primary/],
    ["no primary", changed({ state: "staged" }), /exactly one key in state primary, not 0/],
    [
      "a weak secret",
      changed({ secret_key: "sesame-sesame-sesame" }),
      /keys\[1\]\.secret_key must/,
    ],
    ["a number for a secret", changed({ secret_key: 12 }), /secret_key must be a string/],
    ["an endless secret", changed({ secret_key: "Aa1#".repeat(257) }), /at most 1024 characters/],
    ["a salt as text", changed({ salt: "sesame-sesame-sesame" }), /salt must start with base64:/],
    ["a short salt", changed({ salt: "base64:c2VzYW1l" }), /salt must be at least 16 bytes long/],
    [
      "a salt unpadded",
      changed({ salt: `base64:${"A".repeat(23)}` }),
      /salt must be padded base64/,
    ],
    ["an endless salt", changed({ salt: `base64:${"AAAA".repeat(600)}` }), /salt must be at most/],
    ["few iterations", changed({ iterations: 99_999 }), /iterations must be a whole number/],
    [
      "many iterations",
      changed({ iterations: 1e8 }),
      /keys\[1\]\.iterations must be a whole number/,
    ],
    ["iterations as text", changed({ iterations: "100000" }), /iterations must be a whole number/],
    ["a time without zone", changed({ created_at: "2026-11-23T11:32:09" }), /created_at must be a/],
    ["a time of another type", changed({ promoted_at: null }), /promoted_at must be a time in UTC/],
    ["a day for a time", changed({ demoted_at: "2026-11-23" }), /demoted_at must be a time in UTC/],
  ];
  for (const [name, content, message] of cases) {
    it(`is refused with ${name}, by the schema too`, () => {
      assert.throws(() => parseKeysetFile(file(content)), { name: "ConfigError", message });
      assert.ok(!accepts(SCHEMA, content));
    });
  }

  const beyondSchema: [string, string | object, RegExp][] = [
    ["no JSON", "{", /KEYSET_FILE must be JSON/],
    ["a name twice", '{"keys":[],"keys":[]}', /KEYSET_FILE holds keys twice/],
    ["a key twice", { keys: [...GOOD.keys, GOOD.keys[0]] }, /keys\[3\]\.key_id is the same as/],
    ["a time that is none", changed({ created_at: "2026-13-23T11:32:09Z" }), /must be a time in/],
    ["two primaries", { keys: [GOOD.keys[1], GOOD.keys[1]] }, /exactly one .* primary, not 2/],
    ["a member __proto__", `{"keys":[{"__proto__":{}}]}`, /keys\[0\]\.__proto__ is not known/],
  ];
  for (const [name, content, message] of beyondSchema) {
    it(`is refused with ${name}`, () => {
      assert.throws(() => parseKeysetFile(file(content)), { name: "ConfigError", message });
    });
  }

  it("is refused when it is no UTF-8", () => {
    const bytes = Buffer.from(JSON.stringify(GOOD).replace("Keyset#", "Keys\u00e9t#"), "latin1");
    assert.throws(() => parseKeysetFile({ bytes, mode: 0o600 }), /KEYSET_FILE must be UTF-8/);
  });

  it("names every fault at once, and no value", () => {
    const bad = changed({ secret_key: "sesame-secret", salt: "sesame-salt", created_at: "sesame" });
    assert.throws(
      () => parseKeysetFile(file(bad, 0o644)),
      (error: ConfigError) => {
        assert.equal(error.faults.length, 4);
        assert.ok(!inspect(error, { depth: 9 }).includes("sesame"));
        return true;
      },
    );
    assert.ok(!inspect(parseKeysetFile(file(GOOD)), { depth: 9 }).includes("Keyset#File"));
  });
});

describe("the keys of a file", () => {
  it("become a keyset, the primary first", async () => {
    const keyset = await createKeysetLoader()(file(GOOD));
    assert.deepEqual(
      keyset.keys.map(({ keyId, state }) => [keyId, state]),
      [
        [one.keyId, "PRIMARY"],
        [three.keyId, "SECONDARY"],
        [two.keyId, "STAGED"],
      ],
    );
  });

  it("are refused under a key_id that is not theirs", async () => {
    const wrong = changed({ key_id: "0123456789abcdef" });
    await assert.rejects(createKeysetLoader()(file(wrong)), {
      name: "ConfigError",
      message: new RegExp(`KEYSET_FILE keys\\[1\\]\\.key_id must be ${one.keyId}`),
    });
  });

  it("are derived once, however often the file is read and whatever their state", async () => {
    let derivations = 0;
    const load = createKeysetLoader({}, (source) => {
      derivations++;
      return deriveKey(source);
    });
    await load(file({ keys: [GOOD.keys[1]] }));
    assert.equal(derivations, 1);
    const demoted = { ...GOOD.keys[1], state: "secondary" };
    await load(file({ keys: [{ ...GOOD.keys[2], state: "primary" }, demoted] }));
    assert.equal(derivations, 2);
    // The same id for another secret is another key: it is derived, and found out.
    const forged = { ...GOOD.keys[1], secret_key: "Keyset#File2026-forged" };
    await assert.rejects(load(file({ keys: [forged] })), /key_id must be/);
    assert.equal(derivations, 3);
    await load(file({ keys: [GOOD.keys[1]] }));
    assert.equal(derivations, 3, "a bad file forgets nothing");
  });
});
