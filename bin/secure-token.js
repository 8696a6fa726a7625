#!/usr/bin/env node
/** The `secure-token` command: what the build makes of src/cli, or how to build it. */
import { existsSync } from "node:fs";

const main = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(main)) {
  // By itself: all that a module imports is loaded before the first line of it runs, and that takes a while.
  await import("../dist/cli/early-signals.js");
  await import(main.href);
} else {
  process.stderr.write("secure-token is not built yet: npm run build\n");
  process.exitCode = 1;
}
