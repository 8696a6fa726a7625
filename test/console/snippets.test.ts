/** The lines to copy: what a shell makes of them, whatever the inputs hold. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { describe, it } from "node:test";
import { highlight } from "../../src/console/highlight.js";
import { bufCurl } from "../../src/console/snippets/buf-curl.js";
import {
  BATCH_TEXT,
  type CallText,
  checkText,
  generateText,
  INSPECT_TEXT,
  refreshText,
  requireText,
  revokeText,
} from "../../src/console/snippets/calls.js";
import { typeScript } from "../../src/console/snippets/typescript.js";

const HOSTILE = 'it\'s $(touch owned) `id` \\ $HOME "EOF" EOF %s !! 🦉';
const OPEN = { baseUrl: "http://127.0.0.1:8080", hasKey: false };
const GUARDED = { ...OPEN, hasKey: true };
const CALLS: [name: string, call: CallText][] = [
  [
    "generate",
    generateText({
      userId: HOSTILE,
      permissions: [HOSTILE],
      audiences: [HOSTILE],
      lifetime: { amount: "1.5", unit: "hours" },
      additionalData: { [HOSTILE]: [HOSTILE] },
    }),
  ],
  ["check", checkText([HOSTILE, "read"])],
  ["require", requireText(HOSTILE)],
  ["check for an audience", checkText(["read"], HOSTILE)],
  ["require for an audience", requireText("read", HOSTILE)],
  ["refresh", refreshText({ amount: "2", unit: "seconds" }, true)],
  ["introspect", INSPECT_TEXT[0] as CallText],
  ["revoke a token", revokeText(undefined, HOSTILE)],
  ["revoke a session", revokeText({ sessionId: HOSTILE }, "")],
  ["revoke a user's", revokeText({ user: { userId: HOSTILE } }, HOSTILE)],
  ["batch", BATCH_TEXT[0] as CallText],
];

/** What `buf` would be run with and would read, as a shell says. */
function runShell(lines: string) {
  const buf = `buf() { printf '%s\\0' "$@"; printf '\\1'; case "$*" in *@-*) cat;; esac; }`;
  const env = {
    PATH: process.env.PATH,
    TOKEN: "the-token",
    TOKENS: "the-token,the-token-2",
    API_KEY: "the-key",
    HOME: "/home/of/nobody",
  };
  const output = execFileSync("sh", ["-c", `${buf}\n${lines}`], {
    env,
    encoding: "utf8",
    cwd: tmpdir(),
  });
  const [args = "", input = ""] = output.split("\u0001");
  return { args: args.split("\0").slice(0, -1), input };
}

/** What the shell puts into a request. */
const SECRETS = {
  none: {},
  token: { token: "the-token" },
  target: { targets: [{ token: "the-token" }] },
  tokens: { tokens: ["the-token", "the-token-2"] },
} as const;

describe("buf curl lines", () => {
  for (const [name, call] of CALLS) {
    const message = { ...SECRETS[call.secret], ...call.fields };
    const isSecret = call.secret !== "none";
    const url = `${OPEN.baseUrl}/securetoken.v1.TokenService/${call.rpc}`;

    it(`say what was asked, and expand nothing else: ${name}`, () => {
      const { args, input } = runShell(bufCurl([call], OPEN));
      assert.deepEqual(args.slice(0, 3), ["curl", url, "-d"]);
      assert.deepEqual(JSON.parse(isSecret ? input : (args[3] ?? "")), message);
      // Outside single quotes, an interactive shell would take it for its history.
      if (isSecret) assert.ok(!input.includes("!"));
    });

    it(`keep key and token off the command line: ${name}`, () => {
      const { args, input } = runShell(bufCurl([call], GUARDED));
      assert.deepEqual(args, ["curl", url, "-H", "@-", "-d", "@-"]);
      const [header, blank, ...body] = input.split("\n");
      assert.equal(header, "authorization: Bearer the-key");
      assert.equal(blank, "");
      assert.deepEqual(JSON.parse(body.join("\n")), message);
    });
  }
});

describe("TypeScript lines", () => {
  it("name the token and the key, and hold neither", () => {
    const text = typeScript([checkText(["read"])], GUARDED);
    assert.match(text, /apiKey: env\.API_KEY/);
    assert.match(text, /const token = env\.TOKEN/);
    const plain = typeScript([CALLS[0]![1]], OPEN);
    assert.doesNotMatch(plain, /env/);
    assert.match(typeScript(BATCH_TEXT, OPEN), /const tokens = \(env\.TOKENS \?\? ""\)\.split/);
  });

  it("speak Connect over HTTP/1.1 below a path, where a proxy stands between", () => {
    const below = { ...OPEN, baseUrl: "https://example.org/tokens" };
    const [, call] = CALLS[1] as [string, CallText];
    const text = typeScript([call], below);
    assert.match(text, /"https:\/\/example.org\/tokens", protocol: "connect", httpVersion: "1.1"/);
    assert.doesNotMatch(typeScript([call], OPEN), /protocol/);
    assert.match(bufCurl([call], below), /https:\/\/example.org\/tokens\/securetoken\.v1/);
  });

  it("leave out what is empty", () => {
    const lifetime = { amount: "1", unit: "days" } as const;
    const nothing = { permissions: [], audiences: [], additionalData: {} };
    const call = generateText({ userId: "ada", lifetime, ...nothing });
    assert.deepEqual(call.fields, { userId: "ada", expiresIn: "86400s" });
    assert.equal(
      call.statement,
      'const issued = await client.generateToken("ada", {\n  expiresInHours: 24,\n});',
    );
  });
});

describe("highlight", () => {
  it("changes no character", () => {
    for (const [, call] of CALLS) {
      for (const text of [bufCurl([call], GUARDED), typeScript([call], GUARDED)]) {
        assert.equal(
          highlight(text)
            .map((piece) => piece.text)
            .join(""),
          text,
        );
      }
    }
  });

  it("tells variables, strings and words apart", () => {
    const kinds = highlight(bufCurl(INSPECT_TEXT, OPEN)).map(({ kind, text }) => `${kind} ${text}`);
    assert.ok(kinds.includes('variable "$TOKEN"'));
    assert.ok(kinds.includes('string "token"'));
    assert.equal(kinds.filter((piece) => piece === "keyword buf curl").length, 2);
  });
});
