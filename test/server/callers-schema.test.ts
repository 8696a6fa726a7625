/** docs/callers-file.schema.json and the reader of the file take and refuse the same. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { ROOT } from "../support/buf.js";
import { accepts } from "../support/json-schema.js";

const SCHEMA = JSON.parse(readFileSync(join(ROOT, "docs/callers-file.schema.json"), "utf8"));
const KEY = { sha256: "0".repeat(64), created_at: "2026-11-26T00:00:00Z" };
const GRANTS = { permissions: ["orders:*", "read"], user_id: "*", max_expires_in_hours: 12 };
const ROW = { name: "a", rpcs: ["GenerateToken"] };

const rows: [string, object, boolean][] = [
  ["a caller with an API key", { ...ROW, api_keys: [KEY] }, true],
  [
    "all that a row may hold",
    { ...ROW, api_keys: [KEY], grants: GRANTS, calls_per_second: 5 },
    true,
  ],
  ["a switch for its holders", { ...ROW, holder_refresh: false }, true],
  [
    "certificates",
    { ...ROW, certificates: [{ dns_name: "a.b" }, { spiffe_id: "spiffe://a/b" }] },
    true,
  ],
  ["no name", { rpcs: [] }, false],
  ["the name holder", { ...ROW, name: "holder" }, false],
  ["the name anonymous", { ...ROW, name: "anonymous" }, false],
  ["a name with a space", { ...ROW, name: "a b" }, false],
  ["an unknown RPC", { ...ROW, rpcs: ["Mint"] }, false],
  ["an unknown member", { ...ROW, grant: GRANTS }, false],
  [
    "three keys",
    { ...ROW, api_keys: [1, 2, 3].map((n) => ({ sha256: `${n}`.repeat(64) })) },
    false,
  ],
  ["a misspelt member of a key", { ...ROW, api_keys: [{ ...KEY, create_at: "" }] }, false],
  [
    "a certificate by two names",
    { ...ROW, certificates: [{ dns_name: "a", spiffe_id: "spiffe://a/b" }] },
    false,
  ],
  ["grants without a bound", { ...ROW, grants: { permissions: [], user_id: "*" } }, false],
  ["grants for no time", { ...ROW, grants: { ...GRANTS, max_expires_in_hours: 0 } }, false],
  ["a permission that no token has", { ...ROW, grants: { ...GRANTS, permissions: ["a"] } }, false],
  ["the beginning of permissions", { ...ROW, grants: { ...GRANTS, permissions: ["a*"] } }, true],
  [
    "too long a beginning",
    { ...ROW, grants: { ...GRANTS, permissions: [`${"a".repeat(31)}*`] } },
    false,
  ],
  ["audiences", { ...ROW, grants: { ...GRANTS, audiences: ["orders", "https://*", "*"] } }, true],
  ["no audiences", { ...ROW, grants: { ...GRANTS, audiences: [] } }, true],
  ["an audience without a name", { ...ROW, grants: { ...GRANTS, audiences: [""] } }, false],
  ["too long an audience", { ...ROW, grants: { ...GRANTS, audiences: ["a".repeat(257)] } }, false],
  ["an audience with a star amid", { ...ROW, grants: { ...GRANTS, audiences: ["a*b"] } }, false],
  ["an audience that is no list", { ...ROW, grants: { ...GRANTS, audiences: "orders" } }, false],
  ["no user id", { ...ROW, grants: { ...GRANTS, user_id: "" } }, false],
  ["a misspelt member of grants", { ...ROW, grants: { ...GRANTS, permision: [] } }, false],
  ["a rate of nothing", { ...ROW, calls_per_second: 0 }, false],
];

describe("the callers file and its schema", () => {
  for (const [what, row, right] of rows) {
    it(`${right ? "take" : "refuse"} ${what}`, () => {
      const parse = () => parseCallers(JSON.stringify({ callers: [row] }));
      if (right) parse();
      else assert.throws(parse);
      assert.equal(accepts(SCHEMA, { callers: [row] }), right);
    });
  }
});
