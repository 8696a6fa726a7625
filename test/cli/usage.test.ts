/** The command line: what is refused, what combines, and what is printed for programs and terminals. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { MAIN, runCommand, startServer } from "../support/server-process.js";

const KEY = {
  SECRET_KEY: "Command#Secret2026",
  SALT: "a salt of sixteen bytes",
  PBKDF2_ITERATIONS: "100000",
};
const VERSION = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version as string;

describe("a wrong command line", () => {
  const file = join(scratchFolder(), "callers.json");
  const wrong: [string[], RegExp][] = [
    [["generate", "u", "--expires-in", "soon"], /decimal number/],
    [["generate", "u", "--data", "[1]"], /must be a JSON object/],
    [["generate", "u", "--data", '{"a":1,"a":2}'], /JSON in which no name comes twice/],
    [["generate", "u", "--data", '{"a":[1e400]}'], /JSON in which .* endless numbers/],
    [["generate", "u", "--data", "{"], /It must be JSON\./],
    [["generate", "u", "-p=read"], /No = stands after -p/],
    [["generate", "u", "-p", "read,"], /Nothing stands beside a comma/],
    [["generate", "u", "--expires-in", "1", "--expires-in", "2"], /may be given only once/],
    [["--json", "generate", "u", "--data", "{}", "--data", "{}"], /may be given only once/],
    [["--server", "http://a", "validate", "x", "--server", "http://b"], /may be given only once/],
    [["generate-key", "--length", "5"], /whole number from 16 to 1024/],
    [["generate-salt", "--length", "16.5"], /whole number from 16 to 1024/],
    [["keys", "init", "--file", "k", "--iterations", "5"], /whole number from 100000/],
    [["keys", "--file", "a", "list", "--file", "b"], /may be given only once|unknown option/],
    [["callers", "add", "a", "--file", file], /--role or --rpc must say/],
    [
      ["callers", "add", "a", "--file", file, "--role", "king"],
      /--role king is not one of verifier/,
    ],
    [["callers", "add", "a b", "--file", file, "--role", "admin"], /name must be 1 to 64 letters/],
    [
      ["callers", "add", "a", "--file", file, "--rpc", "Mint"],
      /rpcs: Mint is no RPC of TokenService/,
    ],
    [["callers", "add", "a", "--file", file, "--role", "admin", "--rate", "0"], /from 0.01/],
    [
      ["callers", "add", "a", "--file", file, "--role", "admin", "--dns", "*.b"],
      /certificates must/,
    ],
    [
      ["callers", "add", "a", "--file", file, "--role", "admin", "--grant-hours", "1"],
      /need --grant/,
    ],
    [["callers", "list", "--file", file, "--file", file], /may be given only once/],
    [
      ["callers", "edit", "a", "--file", file, "--no-holder-refresh", "--holder-refresh"],
      /'--holder-refresh' contradicts '--no-holder-refresh'/,
    ],
    [
      ["callers", "edit", "a", "--file", file, "--revoke-everything", "--no-revoke-everything"],
      /'--revoke-everything' contradicts '--no-revoke-everything'/,
    ],
    [["--ca", "x", "validate", "x"], /--ca needs --server/],
    [["--server", "https://a", "--cert", "x", "validate", "x"], /--cert and --key .* together/],
    [["--server", "https://a", "--ca", "/none", "validate", "x"], /--ca \/none cannot be read/],
    [["--server", "ftp://a", "validate", "x"], /--server must be host:port/],
    [["--server", "https://u:secret@a", "validate", "x"], /without path, user, query and fragment/],
    [["--server", "https://a/tokens", "validate", "x"], /--server must be .* without path/],
    [["--cert", "x", "health"], /--cert needs --server/],
    [["callers", "list", "--file", file, "--server", "a:1"], /--server: callers list asks no/],
    [["--server", "a:1", "serve"], /--server: serve asks no server/],
    [["--api-key-file", "x", "keys", "--file", file, "list"], /--api-key-file: keys list asks no/],
    [["revocations", "export", "--data-dir", ".", "--ca", "x"], /--ca: revocations export asks/],
    [["no\u001b[31m"], /unknown command 'no\\u\{1b\}\[31m'/],
    [["serve", "--no\u001b[31m"], /unknown option '--no\\u\{1b\}\[31m'/],
    [["--allow-plaintext", "generate", "u"], /--allow-plaintext needs --server/],
    [
      ["keys", "--file", file, "init", "--from-settings", "--iterations", "200000"],
      /'--from-settings' cannot be used with option '--iterations/,
    ],
    [["callers", "list", "--file", ""], /'--file <path>' must not be empty/],
    [["revocations", "list", "--server", "a:1", "--user", ""], /'--user <id>' must not be empty/],
    [["revocations", "schema", "--role", ""], /'--role <name>' must not be empty/],
    [["validate", "x", "--server", "a:1", "--ca="], /'--ca <file>' must not be empty/],
    [["serve", "--host", ""], /'--host <address>' argument '' is invalid\. It must not be empty/],
    [["refresh", "x", "--revoke-old"], /--revoke-old needs --server/],
  ];
  for (const [args, message] of wrong) {
    it(`ends with 2 and says why: ${args.join(" ")}`, async () => {
      const { code, output } = await runCommand(args, KEY);
      assert.match(output, message);
      assert.equal(code, 2);
    });
  }
});

describe("an option that may be given several times", () => {
  it("takes permissions by commas or one by one, and swallows no argument", async () => {
    const args = ["--json", "generate", "-p", "read,write", "-p", "audit", "ann"];
    const issued = JSON.parse((await runCommand(args, KEY)).stdout);
    assert.equal(issued.userId, "ann");
    assert.deepEqual(issued.permissions, ["read", "write", "audit"]);
  });

  it("joins roles, RPCs, grants and certificate names of a caller", async () => {
    const path = join(scratchFolder(), "callers.json");
    const many = "--role verifier --role issuer --rpc ExportConfig --grant a:* --grant bb,cc".split(
      " ",
    );
    const names =
      "--dns one.example,two.example --spiffe spiffe://a/b --rate 5 --grant-hours 12 --audience orders,stock-*";
    await runCommand(["callers", "add", "svc", "--file", path, ...many, ...names.split(" ")]);
    const { callers } = JSON.parse(readFileSync(path, "utf8"));
    assert.ok(callers[0].rpcs.includes("ValidateToken"));
    assert.ok(callers[0].rpcs.includes("GenerateToken"));
    assert.ok(callers[0].rpcs.includes("ExportConfig"));
    assert.deepEqual(callers[0].grants.permissions, ["a:*", "bb", "cc"]);
    assert.deepEqual(callers[0].grants.audiences, ["orders", "stock-*"]);
    assert.equal(callers[0].certificates.length, 3);
    const { stdout } = await runCommand(["callers", "list", "--file", path]);
    assert.match(
      stdout,
      /^svc: spiffe:\/\/a\/b, one.example, two.example; ValidateToken .*; grants a:\*, bb, cc to any user for at most 12 h; for audiences orders, stock-\*; 5 calls\/s$/m,
    );
  });

  it("is a warning when an issuer may issue nothing", async () => {
    const file = ["--file", join(scratchFolder(), "callers.json")];
    const { code, output } = await runCommand(["callers", "add", "x", "--role", "issuer", ...file]);
    assert.equal(code, 0);
    assert.match(output, /x may issue nothing yet: --grant/);
    assert.match((await runCommand(["callers", "list", ...file])).stdout, /grants nothing$/m);
  });
});

describe("what is printed", () => {
  it("is the version, in the command and in the listening line, with the process", async () => {
    assert.equal((await runCommand(["--version"])).stdout, `${VERSION}\n`);
    const server = await startServer();
    const listening = server
      .output()
      .split("\n")
      .find((line) => line.includes('"listening"'));
    const { version, pid } = JSON.parse(listening as string);
    await server.end();
    assert.deepEqual({ version, pid }, { version: VERSION, pid: server.process.pid });
  });

  it("is JSON with every fact of an error", async () => {
    const { stdout: token } = await runCommand(["generate", "u"], KEY);
    const denied = await runCommand(["--json", "check", "admin"], KEY, token);
    assert.equal(JSON.parse(denied.output).error.requiredPermission, "admin");
    const { stdout: short } = await runCommand(["generate", "u", "--expires-in", "0.0000001"], KEY);
    const expired = await runCommand(["--json", "validate"], KEY, short);
    assert.match(JSON.parse(expired.output).error.expiredAt, /^\d{4}-\d\d-\d\dT/);
    const config = await runCommand(["--json", "validate", "x"], { SALT: "x" });
    assert.match(JSON.parse(config.output).error.faults[0], /^SALT must/);
    for (const args of [["generate"], ["nonsense"], ["generate", "u", "--wrong"]]) {
      const { code, output } = await runCommand(["--json", ...args]);
      const { name, message } = JSON.parse(output).error;
      assert.deepEqual([code, name], [2, "UsageError"]);
      assert.match(message, /^(missing required argument|unknown (command|option))/);
    }
  });

  it("is JSON from every command that prints", async () => {
    const path = join(scratchFolder(), "callers.json");
    const json = async (...args: string[]) =>
      JSON.parse((await runCommand(["--json", ...args])).stdout);
    assert.equal((await json("generate-key", "--length", "20")).secretKey.length, 20);
    assert.match((await json("generate-salt")).salt, /^base64:/);
    const added = await json("callers", "add", "a", "--role", "admin", "--file", path);
    assert.match(added.apiKey, /^stk_/);
    const rotated = await json("callers", "rotate", "a", "--file", path);
    assert.notEqual(rotated.apiKey, added.apiKey);
  });

  it("is nothing that a terminal acts on, however a token was made", async () => {
    const { stdout: token } = await runCommand(
      ["generate", "ann\u202enoon", "-p", "read & write", "--data", '{"a":"\\u001b[31m\\u202e"}'],
      KEY,
    );
    for (const command of ["validate", "info"]) {
      const { stdout } = await runCommand([command], KEY, token);
      assert.match(stdout, /^userId: ann\\u\{202e\}noon$/m);
      assert.match(stdout, /^permissions: "read & write"$/m);
      assert.doesNotMatch(stdout.replaceAll("\n", ""), /[\p{C}\p{Zl}\p{Zp}]/u);
      const json = await runCommand(["--json", command], KEY, token);
      assert.doesNotMatch(json.stdout.trimEnd(), /[\p{C}\p{Zl}\p{Zp}]/u);
      assert.equal(JSON.parse(json.stdout).userId, "ann\u202enoon");
    }
    const denied = await runCommand(["check", "a\u001b[31m\nb"], KEY, token);
    assert.match(denied.output, /a\\u\{1b\}\[31m\\nb/);
  });

  it("ends quietly when nobody reads on", async () => {
    for (const stream of ["stdout", "stderr"] as const) {
      const child = spawn(
        process.execPath,
        [MAIN, ...(stream === "stdout" ? ["--help"] : ["nope"])],
        {
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      child[stream].destroy();
      let other = "";
      child[stream === "stdout" ? "stderr" : "stdout"].on("data", (chunk) => {
        other += chunk;
      });
      await once(child, "close");
      assert.equal(other, "");
    }
    const { stderr } = await promisify(execFile)("bash", [
      "-c",
      `${process.execPath} ${MAIN} --help | head -c 1`,
    ]);
    assert.equal(stderr, "");
  });

  it("say in a line that standard output cannot be written, and end with 1", {
    skip: process.platform !== "linux" && "needs /dev/full",
  }, async () => {
    const shell = `${process.execPath} --import tsx ${MAIN} generate-key > /dev/full`;
    await assert.rejects(promisify(execFile)("bash", ["-c", shell]), {
      code: 1,
      stderr: "standard output cannot be written (ENOSPC)\n",
    });
  });
});

const ON_LINUX = { skip: process.platform !== "linux" && "needs /dev/full" };
describe("standard error that cannot be written", ON_LINUX, () => {
  const shell = (command: string) => promisify(execFile)("bash", ["-c", command]);
  const file = join(scratchFolder(), "callers.json");
  const command = `${process.execPath} ${MAIN}`;

  it("takes no key along that is printed once", async () => {
    const add = `${command} callers add a --role admin --file ${file}`;
    assert.match((await shell(`${add} 2>/dev/full`)).stdout, /^stk_/);
    // Standard error is a pipe that nobody reads.
    const rotate = `${command} callers rotate a --file ${file}`;
    assert.match((await shell(`{ ${rotate} 2>&1 >&3 | true; } 3>&1`)).stdout, /^stk_/);
  });

  it("does not change the exit code", async () => {
    await assert.rejects(shell(`SALT=x ${command} validate x 2>/dev/full`), { code: 78 });
    await assert.rejects(shell(`${command} nope 2>/dev/full`), { code: 2 });
  });
});

describe("a callers file at fault", () => {
  it("is named in every one of its faults, each on a line", async () => {
    const file = join(scratchFolder(), "callers.json");
    writeFileSync(file, '{"callers":[{"nmae":"a","rpcs":["Mint"]}]}');
    for (const args of [["list"], ["add", "b", "--role", "admin"]]) {
      const { code, output } = await runCommand(["callers", ...args, "--file", file], {});
      assert.equal(code, 78);
      const [, ...faults] = output.trim().split("\n");
      assert.equal(faults.length, 3, output);
      for (const fault of faults) assert.ok(fault.startsWith(`  ${file} callers[0].`), fault);
    }
  });
});

describe("secure-token serve", () => {
  it("takes --port and --host before the environment", async () => {
    const { code, output } = await runCommand(["serve", "--port", "http"], { PORT: "0" });
    assert.equal(code, 78);
    assert.match(output, /PORT must be a port/);
    const beyond = await runCommand(["serve", "--host", "0.0.0.0"], {
      HOST: "127.0.0.1",
      PORT: "0",
    });
    assert.match(beyond.output, /HOST "0\.0\.0\.0" is not a loopback address/);
  });
});

describe("bin/secure-token.js", () => {
  it("runs what is built, and says what to do where nothing is", async () => {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [
      join(ROOT, "bin/secure-token.js"),
      "--version",
    ]);
    assert.equal(stdout, `${VERSION}\n`);
    const folder = scratchFolder();
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    copyFileSync(join(ROOT, "bin/secure-token.js"), join(folder, "bin/secure-token.js"));
    await assert.rejects(run(process.execPath, [join(folder, "bin/secure-token.js")]), {
      code: 1,
      stderr: "secure-token is not built yet: npm run build\n",
    });
  });
});
