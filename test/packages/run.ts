/**
 * Packs the server and the clients as a release does, installs each from what was packed into an empty folder, and lets
 * a program call a server with it. `npm run test:packages -- npm go` takes some of them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGES, type Packing, packInto } from "../../scripts/packing/packages.js";
import { runTool } from "../../scripts/packing/run-tool.js";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { startServer } from "../support/server-process.js";
import { CONSUMERS } from "./consumers.js";

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const names = process.argv.slice(2);
const unknown = names.filter((name) => !PACKAGES.some((packing) => packing.name === name));
if (unknown.length > 0) throw new Error(`no package is called ${unknown.join(" or ")}`);
const chosen = PACKAGES.filter(({ name }) => names.length === 0 || names.includes(name));

const into = scratchFolder();
const server = await startServer();
try {
  for (const packing of chosen) {
    const begin = Date.now();
    const result = isMissing(packing) ? "skipped: its tools are not here" : tryOut(packing);
    const seconds = ((Date.now() - begin) / 1000).toFixed(0);
    process.stdout.write(`${packing.name.padEnd(8)}${result} (${seconds} s)\n`);
  }
} finally {
  await server.end();
}

/** Where the tools are missing; in continuous integration they must be there. */
function isMissing({ requires }: Packing): boolean {
  try {
    runTool(requires, { cwd: ROOT });
    return false;
  } catch (error) {
    if (process.env.CI) throw error;
    return true;
  }
}

function tryOut(packing: Packing): string {
  const packed = packInto(into, packing, version);
  const written = CONSUMERS[packing.name](packed, server.url, version);
  // Maven puts marks of a terminal around what the program writes.
  const isRight = /user_123 read$/m.test(written) && /InvalidTokenError$/m.test(written);
  if (isRight) return `packed, installed and called ${version}`;
  process.exitCode = 1;
  return `FAILED:\n${written}`;
}
