/** Programs of strangers: each in a folder with nothing but itself and what was packed. */
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PackageName } from "../../scripts/packing/packages.js";
import { runTool } from "../../scripts/packing/run-tool.js";
import { ROOT } from "../support/buf.js";
import { scratchMavenRepository } from "../support/maven-repository.js";
import { scratchFolder } from "../support/scratch-folder.js";

/** Installs a package from the folder that it was packed into, and gives what a program with it writes. */
type Consume = (packed: string, server: string, version: string) => string;

/** By the name of the package. */
export const CONSUMERS: Readonly<Record<PackageName, Consume>> = {
  npm(packed, SERVER) {
    const cwd = consumerOf("typescript");
    writeFileSync(join(cwd, "package.json"), '{ "private": true, "type": "module" }');
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    const packages = [only(packed, ".tgz"), "@grpc/grpc-js@1.14.7"];
    runTool(["npm", "install", ...options, ...packages], { cwd });
    return runTool(["node", "main.mjs"], { cwd, env: { SERVER } });
  },

  python(packed, server) {
    const cwd = consumerOf("python");
    runTool(["python3", "-m", "venv", "env"], { cwd });
    const tool = join(cwd, "env/bin/python");
    const env = { SERVER: new URL(server).host };
    const install = [tool, "-m", "pip", "install", "--quiet", "--force-reinstall"];
    runTool([...install, only(packed, ".whl")], { cwd });
    const fromWheel = runTool([tool, "main.py"], { cwd, env });
    runTool([...install, "--no-deps", only(packed, ".tar.gz")], { cwd });
    return fromWheel + runTool([tool, "main.py"], { cwd, env });
  },

  go(packed, SERVER, version) {
    const cwd = consumerOf("go");
    const proxy = scratchFolder();
    const at = join(proxy, "securetoken.dev/go/@v");
    cpSync(packed, at, { recursive: true });
    writeFileSync(join(at, "list"), `v${version}\n`);
    const asked = runTool(["go", "env", "GOMODCACHE", "GOPROXY"], { cwd });
    const [downloads = "", upstream] = asked.split("\n");
    // This version is kept beside other modules for the time of the trial alone: the next one has other files.
    const forget = () => {
      for (const path of [`securetoken.dev/go@v${version}`, "cache/download/securetoken.dev/go"]) {
        rmSync(join(downloads, path), { recursive: true, force: true });
      }
    };
    const env = {
      GOPROXY: `file://${proxy},${upstream}`,
      GONOSUMDB: "securetoken.dev",
      GOFLAGS: "-modcacherw",
      // Go keeps which files a version has beside what it has compiled, and takes that for true for ever.
      GODEBUG: "goindex=0",
      SERVER,
    };
    forget();
    try {
      runTool(["go", "mod", "init", "example.com/consumer"], { cwd, env });
      runTool(["go", "get", "securetoken.dev/go@latest"], { cwd, env });
      runTool(["go", "mod", "tidy"], { cwd, env });
      return runTool(["go", "run", "."], { cwd, env });
    } finally {
      forget();
    }
  },

  maven(packed, SERVER, version) {
    const cwd = consumerOf("java");
    const registry = scratchFolder();
    const at = join(registry, "dev/securetoken/secure-token-client", version);
    mkdirSync(join(at, ".."), { recursive: true });
    cpSync(packed, at, { recursive: true });
    const options = [`-Dmaven.repo.local=${scratchMavenRepository()}`, `-Dpacked=${registry}`];
    const command = ["mvn", "-B", "-q", ...options, "compile", "exec:java"];
    return runTool(command, { cwd, env: { SERVER } });
  },

  cargo(packed, SERVER, version) {
    const cwd = consumerOf("rust");
    const crate = `secure-token-client-${version}`;
    runTool(["tar", "-xzf", join(packed, `${crate}.crate`)], { cwd });
    runTool(["mv", crate, "packed"], { cwd });
    // The versions that the project is tested with; cargo drops what a program does not use.
    cpSync(join(ROOT, "gen/rust/Cargo.lock"), join(cwd, "Cargo.lock"));
    // Kept between runs: the dependencies take a minute to compile.
    const kept = join(ROOT, "test/packages/target");
    const command = ["cargo", "run", "--quiet", "--target-dir", kept];
    return runTool(command, { cwd, env: { SERVER } });
  },
};

/** A new folder with the program that uses a package. */
function consumerOf(language: string): string {
  const folder = scratchFolder();
  cpSync(join(ROOT, "test/packages/consumers", language), folder, { recursive: true });
  return folder;
}

/** The one file of a folder whose name ends so. */
function only(folder: string, ending: string): string {
  const found = readdirSync(folder).filter((name) => name.endsWith(ending));
  if (found.length !== 1) throw new Error(`${found.length} files *${ending} instead of one`);
  return join(folder, found[0] as string);
}
