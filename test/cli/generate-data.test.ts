/** What --data may hold: one rule, and one wording, for the local key and for a server. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { runCommand, startServer } from "../support/server-process.js";

const KEY = {
  SECRET_KEY: "Command#Secret2026",
  SALT: "a salt of sixteen bytes",
  PBKDF2_ITERATIONS: "100000",
};

describe("--data is right with the local key and with a server, or with neither", () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  before(async () => {
    server = await startServer();
  });
  after(() => server.end());

  const TOO_LARGE = "must hold integers from -(2^53 - 1) to 2^53 - 1 only: write additional_data";
  const refused: [string, string][] = [
    ['{"n":9007199254740993}', `${TOO_LARGE}.n as a string`],
    ['{"a":[{"b c":-9007199254740992}]}', `${TOO_LARGE}.a[0]["b c"] as a string`],
    ['{"__proto__":1}', "must not hold a member named __proto__"],
    [`${'{"a":'.repeat(33)}1${"}".repeat(33)}`, "must be at most 32 levels deep"],
    [`{"a":[${"1,".repeat(255)}1]}`, "must hold at most 256 values"],
    [`{"a":"${"x".repeat(4096)}"}`, "must be at most 4096 bytes as JSON"],
    ['{"a":1,"a":2}', "no name comes twice"],
    ['{"a":"\\ud800"}', "lone surrogates"],
    ['{"a":1e400}', "endless numbers"],
    ['{"a":NaN}', "It must be JSON."],
    ["[]", "It must be a JSON object."],
  ];
  for (const [data, rule] of refused) {
    it(`refused: ${data.slice(0, 40)}`, async () => {
      const args = ["generate", "u", "--data", data];
      const local = await runCommand(args, KEY);
      const remote = await runCommand(["--server", server.url, ...args]);
      assert.ok(local.output.includes(rule), local.output);
      assert.deepEqual([remote.code, remote.output], [local.code, local.output]);
    });
  }

  for (const data of ['{"n":9007199254740991}', '{"n":-0}', '{"n":1e20}', '{"n":1.0,"":null}']) {
    it(`taken: ${data}`, async () => {
      const args = ["--json", "generate", "u", "--data", data];
      const local = await runCommand(args, KEY);
      const remote = await runCommand(["--server", server.url, ...args]);
      const dataOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout).additionalData;
      assert.deepEqual(dataOf(remote), dataOf(local));
    });
  }
});
