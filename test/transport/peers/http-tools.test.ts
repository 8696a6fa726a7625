/** curl and nghttp: each protocol of the port, trailers included, and a stream of curl's while the server drains. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { scratchFolder } from "../../support/scratch-folder.js";
import { type ServerProcess, startServer } from "../../support/server-process.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../../support/tls.js";
import { findProgram, skipWithout } from "./programs.js";

const run = promisify(execFile);
const SERVICE = "securetoken.v1.TokenService";
const folder = scratchFolder();
const certificate = join(folder, "certificate.pem");
const key = join(folder, "key.pem");
/** A message of gRPC without a field. */
const empty = join(folder, "empty.bin");

let clear: ServerProcess;
let encrypted: ServerProcess;
before(async () => {
  writeFileSync(certificate, TEST_CERTIFICATE);
  writeFileSync(key, TEST_CERTIFICATE_KEY, { mode: 0o600 });
  writeFileSync(empty, Buffer.alloc(5));
  clear = await startServer();
  encrypted = await startServer({ TLS_CERT_FILE: certificate, TLS_KEY_FILE: key });
});
after(async () => {
  await clear?.end();
  await encrypted?.end();
});

const GRPC = ["-H", "content-type: application/grpc", "-H", "te: trailers"];

describe("curl", { skip: skipWithout("curl", "Debian: curl") }, () => {
  const curl = async (...args: string[]) =>
    (await run(findProgram("curl") as string, ["-sS", "--cacert", certificate, ...args])).stdout;
  const json = ["-H", "content-type: application/json", "-d", "{}", "-w", "\n%{http_version}"];

  it("calls over HTTP/1.1, HTTP/2 in the clear, and HTTP/2 over TLS", async () => {
    const path = `${SERVICE}/ExportConfig`;
    const calls = [
      ["1.1", `${clear.url}/${path}`, "--http1.1"],
      ["2", `${clear.url}/${path}`, "--http2-prior-knowledge"],
      ["2", `https://localhost:${encrypted.port}/${path}`, "--http2"],
    ] as const;
    for (const [version, url, option] of calls) {
      const [body, used] = (await curl(option, ...json, url)).split("\n");
      assert.ok(Array.isArray(JSON.parse(body as string).keys));
      assert.equal(used, version);
    }
  });

  it("sees gRPC's status in the trailers of an answer, and in the headers of an error", async () => {
    const call = [
      "--http2-prior-knowledge",
      ...GRPC,
      "--data-binary",
      `@${empty}`,
      "-o",
      "/dev/null",
    ];
    const [head, trailers] = (
      await curl(...call, "-D", "-", `${clear.url}/${SERVICE}/ExportConfig`)
    ).split("\r\n\r\n");
    assert.doesNotMatch(head as string, /grpc-status/);
    assert.match(trailers as string, /grpc-status: 0/);
    const refused = await curl(...call, "-D", "-", `${clear.url}/${SERVICE}/ValidateToken`);
    assert.match(refused.split("\r\n\r\n")[0] as string, /grpc-status: 16/);
  });

  it("sees a stream that is open while the server drains end in order", async () => {
    const server = await startServer();
    const url = `${server.url}/grpc.health.v1.Health/Watch`;
    const options = [
      "-sS",
      "-N",
      "-D",
      "-",
      "--http2-prior-knowledge",
      ...GRPC,
      "--data-binary",
      `@${empty}`,
    ];
    const child = spawn(findProgram("curl") as string, [...options, url]);
    let output = "";
    for await (const chunk of child.stdout) {
      output += chunk.toString("latin1");
      if (output.includes("\b\x01")) server.process.kill("SIGTERM");
    }
    const messages = ["\b\x01", "\b\x02"].map((message) => output.indexOf(message));
    assert.ok(messages.every((at) => at > 0));
    assert.equal(child.exitCode ?? (await once(child, "exit"))[0], 0, "the stream ends in order");
    await server.end();
  });
});

describe("nghttp", { skip: skipWithout("nghttp", "Debian: nghttp2-client") }, () => {
  it("calls, and gets the answer's trailers in a frame of their own", async () => {
    for (const origin of [clear.url, `https://localhost:${encrypted.port}`]) {
      const options = ["-v", "-d", empty, "-H", ":method: POST", ...GRPC];
      const url = `${origin}/${SERVICE}/ExportConfig`;
      const { stdout } = await run(findProgram("nghttp") as string, [...options, url]);
      assert.match(stdout, /recv \(stream_id=\d+\) :status: 200/);
      assert.match(stdout, /recv \(stream_id=\d+\) grpc-status: 0/);
      assert.match(stdout, /recv HEADERS frame <[^>]*flags=0x05/);
      assert.doesNotMatch(stdout, /RST_STREAM/);
    }
  });
});
