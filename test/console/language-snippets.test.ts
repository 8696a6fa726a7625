/** The lines to copy in each language: values arrive as they were typed, whatever they hold. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, it } from "node:test";
import { highlight } from "../../src/console/highlight.js";
import {
  BATCH_TEXT,
  type CallText,
  checkText,
  generateText,
  INSPECT_TEXT,
  refreshText,
  requireText,
  revokeText,
  secretOf,
} from "../../src/console/snippets/calls.js";
import { LANGUAGES } from "../../src/console/snippets/languages.js";
import { scratchFolder } from "../support/scratch-folder.js";

const HOSTILE = 'it\'s $(touch owned) `id` \\u0041 \\ $HOME "EOF" EOF %s {0} !! 🦉';
const SETTING = { baseUrl: "http://127.0.0.1:8080", hasKey: true };
const DATA = { [HOSTILE]: [HOSTILE, 1, 1.5, true, null], tag: "\u{e0041}", turned: "a\u202eb\n" };
const GENERATE = generateText({
  userId: HOSTILE,
  permissions: ["read", HOSTILE],
  audiences: ["orders", HOSTILE],
  lifetime: { amount: "1.5", unit: "hours" },
  additionalData: DATA,
});
const CHECK = checkText([HOSTILE, "read"]);
const CHECK_FOR = checkText(["read"], HOSTILE);
const REQUIRE_FOR = requireText("read", HOSTILE);
const REVOKE = revokeText(undefined, HOSTILE);
const REVOKE_USER = revokeText({ user: { userId: HOSTILE } }, "");
const REVOKE_SESSION = revokeText({ sessionId: HOSTILE }, HOSTILE);
const ALL = [
  [GENERATE],
  INSPECT_TEXT,
  [CHECK],
  [requireText(HOSTILE)],
  [CHECK_FOR],
  [REQUIRE_FOR],
  [refresh()],
  [REVOKE],
  [REVOKE_USER],
  [REVOKE_SESSION],
  BATCH_TEXT,
];

function refresh() {
  return refreshText({ amount: "2", unit: "seconds" }, true);
}

const SECRETS = { TOKEN: "the-token", TOKENS: "the-token,the-token-2", API_KEY: "the-key" };

/** Runs lines in a shell where `program` writes its arguments and its input, each ended by NUL. */
function runShell(program: string, lines: string): string[] {
  const folder = scratchFolder();
  const stub = join(folder, program);
  writeFileSync(stub, `#!/bin/sh\nprintf '%s\\0' "$@"\n[ -t 0 ] || cat\nprintf '\\0'\n`);
  chmodSync(stub, 0o755);
  const path = [folder, process.env.PATH].join(delimiter);
  const env = { PATH: path, ...SECRETS, HOME: "/home/of/nobody" };
  const output = execFileSync("sh", ["-c", lines], { env, encoding: "utf8", input: "" });
  return output.split("\0").slice(0, -1);
}

/** What curl reads of a quoted value of its configuration. */
function configValue(input: string, name: string): string {
  const line = input.split("\n").find((one) => one.startsWith(`${name} = "`)) ?? "";
  return line.slice(name.length + 4, -1).replace(/\\(.)/g, "$1");
}

describe("curl lines", () => {
  it("keep token and key off the command line, and expand nothing else", () => {
    for (const call of ALL.map(([one]) => one!)) {
      const words = runShell("curl", LANGUAGES.curl([call], SETTING));
      const input = words.pop() ?? "";
      assert.doesNotMatch(words.join(" "), /the-token|the-key/);
      assert.equal(configValue(input, "header"), "authorization: Bearer the-key");
      const expected = { ...requestSecrets(call), ...call.fields };
      assert.deepEqual(JSON.parse(configValue(input, "data")), expected);
      assert.ok(!input.includes("!"));
    }
  });

  it("give the request itself where nothing of it is secret", () => {
    const words = runShell("curl", LANGUAGES.curl([GENERATE], { ...SETTING, hasKey: false }));
    assert.deepEqual(JSON.parse(words[words.indexOf("-d") + 1] ?? ""), GENERATE.fields);
  });
});

describe("lines of the command", () => {
  it("say what was asked, and take the token from standard input", () => {
    const words = runShell("secure-token", LANGUAGES.Command([GENERATE], SETTING));
    assert.ok(words.includes(`--permission=${HOSTILE}`));
    assert.ok(words.includes(`--audience=${HOSTILE}`));
    assert.equal(words[words.indexOf("--expires-in") + 1], "1.5");
    assert.deepEqual(JSON.parse(words[words.indexOf("--data") + 1] ?? ""), DATA);
    assert.equal(words[words.indexOf("--") + 1], HOSTILE);
    const check = runShell("secure-token", LANGUAGES.Command([requireText(HOSTILE)], SETTING));
    assert.deepEqual(check.slice(2), ["check", "--", HOSTILE, "the-token"]);
    for (const call of [CHECK_FOR, REQUIRE_FOR]) {
      const words = runShell("secure-token", LANGUAGES.Command([call], SETTING));
      const asked = ["check", `--audience=${HOSTILE}`, "--", "read", "the-token"];
      assert.deepEqual(words.slice(2), asked);
    }
    const revoke = runShell("secure-token", LANGUAGES.Command([REVOKE], SETTING));
    assert.deepEqual(revoke.slice(2), ["revoke", `--reason=${HOSTILE}`, "the-token"]);
    const session = runShell("secure-token", LANGUAGES.Command([REVOKE_SESSION], SETTING));
    const [option, reason] = [`--session=${HOSTILE}`, `--reason=${HOSTILE}`];
    assert.deepEqual(session.slice(2), ["revoke", option, reason, ""]);
    const user = runShell("secure-token", LANGUAGES.Command([REVOKE_USER], SETTING));
    assert.deepEqual(user.slice(2), ["revoke", `--user=${HOSTILE}`, ""]);
  });

  it("ask about each token of a batch", () => {
    const words = runShell("secure-token", LANGUAGES.Command(BATCH_TEXT, SETTING));
    const one = ["--server", SETTING.baseUrl, "--json", "validate"];
    assert.deepEqual(words, [...one, "the-token", ...one, "the-token-2"]);
  });
});

describe("Python lines", () => {
  const stub = [
    "import json, os, sys, types",
    "class SecureTokenClient:",
    "    def __init__(self, *args, **named): print(json.dumps(['new', args, named]))",
    "    def __getattr__(self, name):",
    "        return lambda *args, **named: json.dumps([name, args, named])",
    "module = types.ModuleType('secure_token_client')",
    "module.SecureTokenClient = SecureTokenClient",
    "sys.modules['secure_token_client'] = module",
    "exec(sys.stdin.read())",
  ].join("\n");
  const hasPython = canRun("python3");

  it("give each value as it was typed", { skip: !hasPython && "needs python3" }, () => {
    const run = (calls: typeof INSPECT_TEXT) => {
      const input = LANGUAGES.Python(calls, SETTING);
      const env = { ...process.env, ...SECRETS };
      const output = execFileSync("python3", ["-c", stub], { env, input, encoding: "utf8" });
      return output
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    };
    assert.deepEqual(run([GENERATE]), [
      ["new", [SETTING.baseUrl], { api_key: "the-key" }],
      [
        "generate_token",
        [HOSTILE],
        {
          permissions: ["read", HOSTILE],
          audiences: ["orders", HOSTILE],
          expires_in_hours: 1.5,
          additional_data: DATA,
        },
      ],
    ]);
    assert.deepEqual(run([CHECK])[1], ["check_permissions", ["the-token", [HOSTILE, "read"]], {}]);
    const named = { audience: HOSTILE };
    assert.deepEqual(run([CHECK_FOR])[1], ["check_permissions", ["the-token", ["read"]], named]);
    assert.deepEqual(run([REQUIRE_FOR])[1], ["check_permission", ["the-token", "read"], named]);
    assert.deepEqual(run([refresh()])[1], [
      "refresh_token",
      ["the-token", 2 / 3600],
      { revoke_old: true },
    ]);
    assert.deepEqual(run([REVOKE])[1], ["revoke_token", ["the-token"], { reason: HOSTILE }]);
    assert.deepEqual(run([REVOKE_USER])[1], ["revoke_user", [HOSTILE], {}]);
    assert.deepEqual(run([REVOKE_SESSION])[1], ["revoke_session", [HOSTILE], { reason: HOSTILE }]);
    const tokens = SECRETS.TOKENS.split(",");
    assert.deepEqual(run(BATCH_TEXT)[1], ["batch_validate_tokens", [tokens], {}]);
  });
});

describe("lines of every language", () => {
  it("hold neither token nor key, name what is used, and lose nothing to the colours", () => {
    for (const [name, write] of Object.entries(LANGUAGES)) {
      for (const calls of ALL) {
        const text = write(calls, SETTING);
        assert.match(text, /API_KEY/, name);
        const secret = secretOf(calls);
        if (secret) assert.match(text, new RegExp(`\\b${secret}\\b`), name);
        assert.equal(
          highlight(text)
            .map((piece) => piece.text)
            .join(""),
          text,
        );
      }
    }
  });

  it("show hidden and turning characters by escapes", () => {
    for (const [name, write] of Object.entries(LANGUAGES)) {
      assert.doesNotMatch(write([GENERATE], SETTING), /[\u202e\u{e0041}]/u, name);
    }
    const spelled = { Python: "\\U000e0041", Go: "\\U000e0041", Java: "\\udb40\\udc41" } as const;
    for (const [name, text] of Object.entries({ ...spelled, Rust: "\\u{e0041}" } as const)) {
      const written = LANGUAGES[name as keyof typeof LANGUAGES]([GENERATE], SETTING);
      assert.ok(written.includes(text), name);
    }
  });

  it("say below a path that gRPC has none", () => {
    const below = { ...SETTING, baseUrl: "https://example.org/tokens" };
    for (const name of ["Python", "Go", "Java", "Rust"] as const) {
      const text = LANGUAGES[name](INSPECT_TEXT, below);
      assert.match(text, /gRPC has no paths/, name);
      assert.match(text, /"https:\/\/example\.org"/, name);
    }
  });
});

/** What the shell puts into a request. */
function requestSecrets({ secret }: CallText): object {
  if (secret === "none") return {};
  if (secret === "tokens") return { tokens: SECRETS.TOKENS.split(",") };
  return secret === "token" ? { token: SECRETS.TOKEN } : { targets: [{ token: SECRETS.TOKEN }] };
}

/** Whether a program is there; with CI set its absence is a failure. */
function canRun(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    if (process.env.CI === "true") throw error;
    return false;
  }
}
