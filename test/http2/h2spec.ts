/**
 * `npm run h2spec`: all of h2spec, HTTP/2's conformance tests, over plain sockets and over TLS.
 *
 * Installs h2spec with Go into `node_modules/.cache` when it is missing. Without Go it says that the tests were
 * skipped and succeeds, save in continuous integration, where it fails. So does a test that fails or is skipped.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type AnsweringServer, Echo, startAnsweringServer } from "./answering-server.js";

/** The newest release that Go's checksum database knows; what it prints of its version is older. */
const MODULE = "github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible";
const FOLDER = fileURLToPath(new URL("../../node_modules/.cache/h2spec", import.meta.url));
const PROGRAM = `${FOLDER}/h2spec`;
const INSTALL_LIMIT_MS = 300_000;
/** How long a test may wait for an answer, in seconds. The server is waited for, not the test. */
const TIMEOUT_SECONDS = 5;
const TESTS = 145;

const program = existsSync(PROGRAM) || install();
if (!program) {
  process.stdout.write("SKIPPED: h2spec (it is installed with Go, which is missing)\n");
  process.exit(process.env.CI === "true" ? 1 : 0);
}
let failed = false;
for (const tls of [false, true]) {
  // h2spec opens more streams than it may and looks for the refusal before it reads an answer.
  const server = await startAnsweringServer({
    tls,
    onStream(stream) {
      const echo = new Echo(stream);
      stream.handler = {
        onData: (chunk) => echo.onData(chunk),
        onEnd: () => setTimeout(() => echo.onEnd(), 20),
        onClose() {},
      };
    },
  });
  if (!(await passes(server, tls))) failed = true;
  await server.close();
}
process.exit(failed ? 1 : 0);

function install(): boolean {
  mkdirSync(FOLDER, { recursive: true });
  process.stdout.write(`installing ${MODULE}\n`);
  const env = { ...process.env, GOBIN: FOLDER, GOFLAGS: "-mod=mod" };
  const { error, status } = spawnSync("go", ["install", MODULE], {
    stdio: "inherit",
    timeout: INSTALL_LIMIT_MS,
    env,
  });
  if (error !== undefined && "code" in error && error.code === "ENOENT") return false;
  if (status !== 0) throw new Error(`go install ${MODULE} failed`);
  return true;
}

async function passes({ port }: AnsweringServer, tls: boolean): Promise<boolean> {
  const options = ["--host", "127.0.0.1", "--port", `${port}`, "--timeout", `${TIMEOUT_SECONDS}`];
  const child = spawn(PROGRAM, [...options, ...(tls ? ["--tls", "--insecure"] : [])], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const output = await text(child.stdout);
  const summary = /(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed/.exec(output);
  process.stdout.write(`${tls ? "TLS" : "h2c"}: ${summary?.[0] ?? "no summary"}\n`);
  const [tests, passed] = (summary ?? []).slice(1).map(Number);
  if (tests === TESTS && passed === TESTS) return true;
  process.stdout.write(output.slice(output.indexOf("Failures:")));
  return false;
}
