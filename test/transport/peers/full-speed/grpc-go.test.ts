/** grpc-go at its own limit. */
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../../../support/buf.js";
import { skipWithout } from "../programs.js";
import { fullSpeedSuite } from "./full-speed-suite.js";

const PROGRAM = join(ROOT, "node_modules/.cache/peers/grpc-go");

fullSpeedSuite({
  name: "grpc-go",
  skip: skipWithout("go", "go.dev"),
  async build() {
    mkdirSync(dirname(PROGRAM), { recursive: true });
    const folder = join(import.meta.dirname, "go");
    await promisify(execFile)("go", ["build", "-o", PROGRAM, "."], { cwd: folder });
  },
  command: [PROGRAM],
});
