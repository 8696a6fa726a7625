/** `.env` as people write it: what every program reads alike is read, all else is refused by name. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ConfigError, readEnvironment } from "../../src/server/config/index.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, startServer } from "../support/server-process.js";

const KEY = "MyStrongPassw0rd@1234567";

function read(text: string | Buffer, own: Record<string, string> = {}, reader = "serve") {
  const path = join(scratchFolder(), ".env");
  writeFileSync(path, text, { mode: 0o600 });
  return readEnvironment(own, reader as "serve", path);
}

describe(".env", () => {
  const alike: [string, string, string][] = [
    ["plain", `SECRET_KEY=${KEY}`, KEY],
    ["after a byte order mark", `\ufeffSECRET_KEY=${KEY}\n`, KEY],
    ["with CRLF", `A=1\r\nSECRET_KEY=${KEY}\r\n`, KEY],
    ["exported", `export SECRET_KEY=${KEY}`, KEY],
    ["with spaces around", `  SECRET_KEY = ${KEY}  \n`, KEY],
    ["before a comment", `SECRET_KEY=${KEY} # of production`, KEY],
    ["in single quotes", `SECRET_KEY='a#b$c"d e' # of production`, 'a#b$c"d e'],
    ["in double quotes", `SECRET_KEY="a#b'c d"`, "a#b'c d"],
    ["with = in it", "SECRET_KEY=base64:AAA=", "base64:AAA="],
    ["after a comment and a blank line", `# SECRET_KEY=x\n\n \t\nSECRET_KEY=${KEY}`, KEY],
    ["after a foreign value of several lines", `A="x\nSECRET_KEY=no\n"\nSECRET_KEY=${KEY}`, KEY],
    ["beside foreign values that programs read differently", `A=b#c\nB='\nSECRET_KEY=${KEY}`, KEY],
  ];
  for (const [how, text, value] of alike) {
    it(`gives a value ${how}`, () => {
      assert.equal(read(text).settings.SECRET_KEY, value);
    });
  }

  const ambiguous: [string, RegExp][] = [
    [`SECRET_KEY=${KEY}#Tail99`, /line 1: SECRET_KEY holds # without quotes: .* single quotes/],
    [`A=1\nSECRET_KEY=#${KEY}`, /line 2: SECRET_KEY holds # without quotes/],
    [`SECRET_KEY= #${KEY}`, /SECRET_KEY holds # without quotes/],
    [`SECRET_KEY=${KEY}$HOME`, /SECRET_KEY holds \$ without quotes/],
    [`SECRET_KEY="${KEY}$HOME"`, /SECRET_KEY holds \$ in double quotes: .* single quotes/],
    [`SECRET_KEY="${KEY}'$x"`, /SECRET_KEY holds \$ in double quotes: set it in the environment/],
    [`SECRET_KEY=${KEY}\\n`, /SECRET_KEY holds \\ without quotes/],
    [`SECRET_KEY=${KEY}"x"`, /SECRET_KEY holds " without quotes/],
    [`SECRET_KEY='${KEY}\\'`, /SECRET_KEY holds a backslash: set it in the environment/],
    [`SECRET_KEY='${KEY}' x`, /SECRET_KEY has text after its closing quote/],
    [`SECRET_KEY=\`${KEY}\``, /SECRET_KEY stands in backquotes/],
    [`SECRET_KEY="${KEY}`, /SECRET_KEY has a quote that nothing closes/],
    [`SECRET_KEY=${KEY}\nSECRET_KEY=${KEY}2`, /line 2: SECRET_KEY is set on line 1 already/],
    [`SECRET_KEY='${KEY}\${x}'`, /SECRET_KEY holds a \$\{…\}: set it in the environment/],
    [`SECRET_KEY=${KEY}\t#x`, /SECRET_KEY holds # without quotes/],
    [`SECRET_KEY=${KEY}\u00a0`, /SECRET_KEY holds a control character or unusual space/],
    [`SECRET_KEY=\ufeff${KEY}`, /SECRET_KEY holds a control character or unusual space/],
    [`SECRET_KEY=${KEY}\0x`, /SECRET_KEY holds a control character or unusual space/],
    [`SECRET_KEY=${KEY}\x1c`, /SECRET_KEY holds a control character or unusual space/],
    [`SECRET_KEY='${KEY}\x85'`, /SECRET_KEY holds a control character/],
    [`SECRET_KEY='${KEY}\r\nx'\r\n`, /SECRET_KEY holds a control character/],
    // Old Mac line ends, and those that only JavaScript knows.
    [`A=1\rSECRET_KEY=${KEY}`, /line 1 is not NAME=value/],
    [`# x\u2028SECRET_KEY=${KEY}`, /line 1 is not NAME=value/],
    [`SECRET_KEY: ${KEY}`, /line 1 is not NAME=value/],
    [`A=1\n${KEY}`, /line 2 is not NAME=value/],
  ];
  for (const [text, message] of ambiguous) {
    it(`refuses ${JSON.stringify(text)}, and shows no value`, () => {
      assert.throws(
        () => read(text),
        (error: ConfigError) => {
          assert.ok(error instanceof ConfigError);
          assert.match(error.message, message);
          assert.ok(!error.message.includes("MyStrong"));
          return true;
        },
      );
    });
  }

  it("tells every fault at once", () => {
    assert.throws(
      () => read("SECRET_KEY=a#b\nSALT=$x\nnothing"),
      ({ faults }: ConfigError) => faults.length === 3,
    );
  });

  it("stops nobody with a setting that he does not read, or that the environment sets", () => {
    read("CALLERS_FILE=a#b", {}, "generate");
    assert.equal(read("SECRET_KEY=a#b", { SECRET_KEY: KEY }).settings.SECRET_KEY, KEY);
  });

  it("is hidden by no empty variable", () => {
    assert.equal(read("CALLERS_FILE=c.json", { CALLERS_FILE: "" }).settings.CALLERS_FILE, "c.json");
  });

  it("may be missing, a folder, or a link to nothing", () => {
    const path = join(scratchFolder(), ".env");
    const missing = readEnvironment({ A: "1" }, "serve", path);
    assert.deepEqual(missing, { settings: { A: "1" }, warnings: [], unread: [] });
    symlinkSync("gone", path);
    const link = readEnvironment({ A: "1" }, "serve", path);
    assert.deepEqual(link.unread, [`${path} is a link to nothing, and was not read`]);
    rmSync(path);
    mkdirSync(path);
    const folder = readEnvironment({ A: "1" }, "serve", path);
    assert.deepEqual(folder.settings, { A: "1" });
    assert.deepEqual(folder.unread, [`${path} is a folder, and was not read`]);
  });

  const UNREAD = ".env is a folder, and was not read";
  const lacking: [string[], Record<string, string>][] = [
    [["generate", "u"], {}],
    [["keys", "init", "--from-settings", "--file", "keys.json"], {}],
    [["serve"], { HOST: "0.0.0.0" }],
  ];
  for (const [args, env] of lacking) {
    it(`is told of when it is a folder and a setting is missing: ${args.join(" ")}`, async () => {
      const cwd = scratchFolder();
      mkdirSync(join(cwd, ".env"));
      const { code, output } = await runCommand(args, env, { cwd });
      assert.equal(code, 78, output);
      assert.match(output, /SECRET_KEY and SALT|SECRET_KEY must be set/);
      assert.ok(output.includes(UNREAD), output);
    });
  }

  it("is told of when it is a folder and a key is made up, and to nobody who has one", async () => {
    const cwd = scratchFolder();
    mkdirSync(join(cwd, ".env"));
    const made = await startServer({}, { cwd });
    await made.end();
    assert.ok(made.output().includes(UNREAD), made.output());
    const given = await startServer({ SECRET_KEY: KEY, SALT: "a salt of sixteen bytes" }, { cwd });
    await given.end();
    assert.ok(!given.output().includes("not read"), given.output());
  });

  it("is named when it cannot be read, and the command ends with 78", async () => {
    const cwd = scratchFolder();
    // A link to itself: what root too cannot read.
    symlinkSync(".env", join(cwd, ".env"));
    const { code, output } = await runCommand(["generate", "u"], {}, { cwd });
    assert.equal(code, 78);
    assert.match(output, /\.env cannot be read \(ELOOP\)/);
  });

  it("is refused when it is no text, and when every user can write it", () => {
    assert.throws(() => read(Buffer.from(`SECRET_KEY=${KEY}`, "utf16le")), /line 1 is not NAME/);
    assert.throws(() => read(Buffer.from([0xff, 0xfe, 0x41])), /\.env must be UTF-8/);
    const path = join(scratchFolder(), ".env");
    writeFileSync(path, "");
    chmodSync(path, 0o666);
    assert.throws(() => readEnvironment({}, "serve", path), /can be written by every user/);
  });

  it("has 1 MiB at most, whatever size it is said to have", () => {
    const line = `SECRET_KEY=${KEY}\n`;
    const text = `${line}#${"x".repeat(1024 * 1024 - line.length - 1)}`;
    assert.equal(read(text).settings.SECRET_KEY, KEY);
    assert.throws(() => read(`${text}x`), /\.env is larger than 1048576 bytes$/);
    // A regular file of many megabytes, whose size the system tells as 0.
    const endless = "/proc/kallsyms";
    assert.throws(() => readEnvironment({}, "serve", endless), {
      faults: [`${endless} is larger than 1048576 bytes`],
    });
  });

  it("is warned about when every user can read a secret in it", () => {
    const path = join(scratchFolder(), ".env");
    writeFileSync(path, `SECRET_KEY=${KEY}\nPORT=0`, { mode: 0o644 });
    const { warnings } = readEnvironment({}, "serve", path);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      /\.env holds SECRET_KEY, and every user can read it: chmod 600/,
    );
    writeFileSync(path, "PORT=0");
    assert.deepEqual(readEnvironment({}, "serve", path).warnings, []);
  });
});

describe("a variable of the environment", () => {
  it("is warned about with white space or quotes around it, and stays as it is", () => {
    const own = { SECRET_KEY: `${KEY}\n`, SALT: "'a salt of sixteen bytes'", LANG: " C" };
    const { settings, warnings } = readEnvironment(own, "generate", join(scratchFolder(), ".env"));
    assert.deepEqual(settings, own);
    assert.deepEqual(warnings, [
      "SECRET_KEY has white space around it, which is part of it",
      "SALT stands in quotes, which are part of it outside of .env",
    ]);
  });

  it("is no path that a shell would have to finish", async () => {
    const { code, output } = await runCommand(["serve"], { DATA_DIR: "~/data", PORT: "0" });
    assert.equal(code, 78);
    assert.match(output, /DATA_DIR must be a path without ~/);
  });
});

describe("a misspelt setting", () => {
  it("is named with what was meant, in .env and in the environment", () => {
    assert.deepEqual(read("CALLER_FILE=c.json", { SECRET_KEYS: KEY }).warnings, [
      "SECRET_KEYS is no setting; did you mean SECRET_KEY?",
      "CALLER_FILE is no setting; did you mean CALLERS_FILE?",
    ]);
  });

  for (const [name, meant] of [
    ["TRUSTED_PROXY", "TRUSTED_PROXIES"],
    ["TRUSTED_PROXYS", "TRUSTED_PROXIES"],
    ["LOG_DEST", "LOG_DESTINATION"],
    ["HOLDER_CALLS_PER_SEC", "HOLDER_CALLS_PER_SECOND"],
    ["port", "PORT"],
    ["Salt", "SALT"],
  ] as const) {
    it(`is told of ${name}`, () => {
      const { warnings } = read("", { [name]: "x" });
      assert.deepEqual(warnings, [`${name} is no setting; did you mean ${meant}?`]);
    });
  }

  it("is not guessed where a name begins several, or is one of OpenTelemetry's", () => {
    const own = { TLS_CLIENT: "x", METRICS: "x", OTEL_EXPORTER: "x", OTEL_EXPORTER_OTLP: "x" };
    assert.deepEqual(read("", own).warnings, []);
  });

  it("is not seen in names of other software, nor beside the right one", () => {
    const foreign = "SSL_CERT_FILE POST HOSTS SALES SECRET_KEY_BASE TLS_CA_FILE LOG_FILE WORKDIR";
    const own = Object.fromEntries(foreign.split(" ").map((name) => [name, "x"]));
    assert.deepEqual(read("SECRET_KEY=a\nSECRET_KEY2=b", own).warnings, []);
  });

  it("is told beside what is missing", async () => {
    const { code, output } = await runCommand(["generate", "u"], { SECRET_KEYS: KEY, SALT: "x" });
    assert.equal(code, 78);
    assert.match(output, /did you mean SECRET_KEY\?/);
  });
});
