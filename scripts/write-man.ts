/** Writes docs/secure-token.1. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createProgram } from "../src/cli/program.js";
import { manPage } from "./man-page.js";

writeFileSync(join(import.meta.dirname, "../docs/secure-token.1"), manPage(await createProgram()));
