/** The example in src/http2/README.md runs as it stands, but for its port. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http2 from "node:http2";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { it } from "node:test";
import { ROOT } from "../support/buf.js";
import { freePort } from "../support/free-port.js";

const FOLDER = join(ROOT, "node_modules/.cache/http2-readme");

it("src/http2/README.md: the example answers", async () => {
  const readme = readFileSync(join(ROOT, "src/http2/README.md"), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const port = await freePort();
  const code = example
    .replace("./index.js", join(ROOT, "src/http2/index.ts"))
    .replace("listen(8080)", `listen(${port}, () => console.log("listening"))`);
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, "example.mts");
  writeFileSync(file, code);
  const child = spawn(process.execPath, ["--import", "tsx", file], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    for await (const line of child.stdout) if (String(line).includes("listening")) break;
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const answer = await text(session.request({ ":path": "/there" }));
    assert.equal(answer, "you asked for /there\n");
    session.close();
  } finally {
    child.kill();
    rmSync(FOLDER, { recursive: true });
  }
});
