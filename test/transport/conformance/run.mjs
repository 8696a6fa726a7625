/*
 * `npm run conformance`: the official Connect conformance suite against the adapter behind our listener, on and off.
 *
 * Looks for `connectconformance` in PATH and in Go's bin folder, and installs it with Go when it is missing. Without Go
 * it says that the suite was skipped and succeeds, save in continuous integration, where it fails. So does any
 * unexpected result: no test case is known to fail.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const VERSION = "v1.0.5";
const MODULE = `connectrpc.com/conformance/cmd/connectconformance@${VERSION}`;
/** Downloading and compiling take about 50 s on two cores. */
const INSTALL_LIMIT_MS = 600_000;
/** One run takes about 90 s on two cores; one that takes this long hangs. Its servers end by themselves by then. */
const RUN_LIMIT_MS = 600_000;

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

function goEnv(name) {
  const result = spawnSync("go", ["env", name], { encoding: "utf8" });
  return result.status === 0 ? result.stdout.trim() : "";
}

function findRunner() {
  const goBin = goEnv("GOBIN") || (goEnv("GOPATH") && join(goEnv("GOPATH"), "bin"));
  const folders = [...(process.env.PATH ?? "").split(delimiter), goBin].filter(Boolean);
  const isOurs = (path) =>
    existsSync(path) &&
    spawnSync(path, ["--version"], { encoding: "utf8" }).stdout?.includes(`${VERSION}\n`);
  return folders.map((folder) => join(folder, "connectconformance")).find(isOurs);
}

function installRunner() {
  process.stdout.write(`connectconformance ${VERSION} not found, installing ${MODULE}\n`);
  const { error, status } = spawnSync("go", ["install", MODULE], {
    stdio: "inherit",
    timeout: INSTALL_LIMIT_MS,
  });
  if (error?.code === "ENOENT") return undefined;
  if (status !== 0) throw new Error(`go install ${MODULE} failed`);
  return findRunner();
}

const runner = findRunner() ?? installRunner();
if (runner === undefined) {
  process.stdout.write(
    "SKIPPED: Connect conformance suite (connectconformance needs Go, which is missing)\n",
  );
  process.exit(process.env.CI === "true" ? 1 : 0);
}

// Inside the project, so that the bundle finds node_modules; a bundle, since the suite starts dozens of servers.
const folder = mkdtempSync(join(here("../../../node_modules"), ".conformance-"));
const server = join(folder, "server.mjs");
let failed = false;
try {
  await build({
    entryPoints: [here("conformance-server.ts")],
    outfile: server,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  for (const adapter of ["on", "off"]) {
    process.stdout.write(`adapter ${adapter}\n`);
    const { status, signal } = spawnSync(
      runner,
      ["--mode", "server", "--conf", here("conformance.yaml"), "--", process.execPath, server],
      { env: { ...process.env, ADAPTER: adapter }, stdio: "inherit", timeout: RUN_LIMIT_MS },
    );
    if (signal !== null) process.stdout.write(`stopped by ${signal}\n`);
    failed ||= status !== 0;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
