/**
 * Builds what `npm start` runs, unless it is built already. Where the tools for that were left out
 * (NODE_ENV=production, --omit=dev) they are installed from the lock file, used, and removed again.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** What the build reads; `npm run build` writes the stamp last. */
const SOURCES = ["src", "gen/ts", "package.json", "tsconfig.json", "tsconfig.build.json"];
const STAMP = "dist/.built";
const COMPILER = "node_modules/.bin/tsc";

if (!isBuilt()) {
  const hasTools = existsSync(COMPILER);
  if (!hasTools) npm("ci", "--include=dev");
  npm("run", "build");
  if (!hasTools) npm("prune", "--omit=dev");
}

function isBuilt() {
  if (!existsSync(STAMP)) return false;
  const builtAt = statSync(STAMP).mtimeMs;
  return SOURCES.every((path) => newest(path) <= builtAt);
}

/** When a file, or the newest file of a folder, was changed; 0 where there is none. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const inside = readdirSync(path).filter((name) => name !== "node_modules");
  return Math.max(0, ...inside.map((name) => newest(join(path, name))));
}

function npm(...args) {
  const { status, error } = spawnSync("npm", args, { stdio: "inherit" });
  if (status === 0) return;
  process.stderr.write(`npm ${args.join(" ")} failed${error ? `: ${error.message}` : ""}\n`);
  process.exit(status || 1);
}
