/** Writes docs/reference from the schema and its comments. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUF_IMAGE, protoReference } from "./proto-reference.js";

const ROOT = join(import.meta.dirname, "..");
const FOLDER = join(ROOT, "docs/reference");

const image = execFileSync("buf", BUF_IMAGE, { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 });
mkdirSync(FOLDER, { recursive: true });
for (const [name, text] of protoReference(image)) writeFileSync(join(FOLDER, name), text);
