/** Makes what the benchmark runs: bundles, the Go server, Python's environment, our own build. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/** The repository. */
export const ROOT = fileURLToPath(new URL("../", import.meta.url));
const OUT = join(ROOT, "node_modules", ".cache", "bench");
const GO = join(ROOT, "bench", "servers", "go");
const PYTHON = join(ROOT, "bench", "servers", "python");

/** TypeScript programs of the benchmark, by the name of their bundle. */
const BUNDLES = {
  "http2-echo": "servers/http2-echo.ts",
  "own-http2-echo": "servers/own-http2-echo.ts",
  "grpc-js-echo": "servers/grpc-js-echo.ts",
  "grpc-js-jose": "servers/grpc-js-jose.ts",
  "paced-client": "clients/paced-client.ts",
  "core-worker": "core/core-worker.ts",
} as const;

/** The name of a bundle. */
export type BundleName = keyof typeof BUNDLES;

/** What can be run. What is undefined is missing here; `missing` says why. */
export interface Tools {
  readonly h2load: string | undefined;
  readonly go: string | undefined;
  readonly python: string | undefined;
  /** A sentence for each tool that is missing. */
  readonly missing: readonly string[];
}

/** The file of a bundle. */
export function bundle(name: BundleName): string {
  return join(OUT, `${name}.mjs`);
}

/** Builds everything; what was built before and is unchanged is built again quickly. */
export function prepare(): Tools {
  run("npm", ["run", "--silent", "build"], ROOT);
  // Bundled once, so that no contender pays for being compiled while it is measured.
  mkdirSync(OUT, { recursive: true });
  buildSync({
    entryPoints: Object.entries(BUNDLES).map(([out, file]) => ({
      in: join(ROOT, "bench", file),
      out,
    })),
    outdir: OUT,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "warning",
  });
  const missing: string[] = [];
  const attempt = (what: string, build: () => string): string | undefined => {
    try {
      return build();
    } catch (error) {
      const [reason] = (error as Error).message.split("\n");
      missing.push(`${what}: ${reason}`);
      return undefined;
    }
  };
  return {
    h2load: attempt("everything over the network (`h2load`, Debian: nghttp2-client)", findH2load),
    go: attempt("the Go server (`go`)", buildGo),
    python: attempt("everything in Python (`python3` and its package index)", buildPython),
    missing,
  };
}

function findH2load(): string {
  return run("h2load", ["--version"], ROOT).trim();
}

function buildGo(): string {
  const server = join(OUT, "go-server");
  run("go", ["build", "-o", server, "."], GO);
  return server;
}

/** An environment of the benchmark's own, made anew when what it holds changes. */
function buildPython(): string {
  const folder = join(PYTHON, ".venv");
  const python = join(folder, "bin", "python");
  const hash = createHash("sha256");
  const files = [join(PYTHON, "requirements.txt"), join(ROOT, "test/python/requirements.txt")];
  for (const file of files) hash.update(readFileSync(file));
  const digest = hash.digest("hex");
  const stamp = join(folder, "requirements.sha256");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return python;
  rmSync(folder, { recursive: true, force: true });
  run("python3", ["-m", "venv", folder], ROOT);
  const requirements = join(PYTHON, "requirements.txt");
  run(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements], ROOT);
  writeFileSync(stamp, digest);
  return python;
}

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
