/** The documents about settings say what the table says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { settingsSchema, settingsTable } from "../../src/server/config/documents.js";
import { SETTINGS } from "../../src/server/config/index.js";
import { ROOT } from "../support/buf.js";
import { accepts } from "../support/json-schema.js";

const STALE = "run npm run generate:settings";

describe("the table of settings", () => {
  it("is docs/operate/configure.md's table", () => {
    assert.ok(
      readFileSync(join(ROOT, "docs/operate/configure.md"), "utf8").includes(settingsTable()),
      STALE,
    );
  });

  it("is docs/settings.schema.json", () => {
    const text = readFileSync(join(ROOT, "docs/settings.schema.json"), "utf8");
    assert.deepEqual(JSON.parse(text), settingsSchema(), STALE);
  });

  const accepted: [string, string][] = [
    ["SECRET_KEY", "MyStrongPassword@123"],
    ["PBKDF2_ITERATIONS", "600000"],
    ["DEFAULT_EXPIRATION_HOURS", "0.5"],
    ["LOG_LEVEL", "INFO"],
    ["LOG_LEVEL", "warn"],
    ["CONSOLE", "Off"],
    ["HOST", "::1"],
    ["PORT", "0"],
    ["CALLERS_FILE", "callers.json"],
  ];
  const refused: [string, string][] = [
    ["SECRET_KEY", "MyStrongPassword123"],
    ["PBKDF2_ITERATIONS", "1e6"],
    ["DEFAULT_EXPIRATION_HOURS", "1h"],
    ["LOG_LEVEL", "verbose"],
    ["CONSOLE", "yes"],
    ["PORT", "tcp://10.0.0.1:80"],
  ];
  for (const [cases, right] of [
    [accepted, true],
    [refused, false],
  ] as const) {
    for (const [name, text] of cases) {
      it(`${right ? "takes" : "refuses"} ${name}=${text}, as its schema does`, () => {
        const parse = () => SETTINGS[name]?.parse(text);
        if (right) parse();
        else assert.throws(parse);
        assert.equal(accepts(settingsSchema() as Record<string, unknown>, { [name]: text }), right);
      });
    }
  }
});
