/** Writes what the table of settings says into README.md and docs/settings.schema.json. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsSchema, settingsTable } from "../src/server/config/documents.js";

const ROOT = join(import.meta.dirname, "..");
const README = join(ROOT, "README.md");
/** The lines between which the README's table stands. */
const BETWEEN = /(?<=<!-- settings: npm run generate:settings -->\n\n)[\s\S]*?(?=\n\n<!-- end -->)/;

writeFileSync(
  README,
  readFileSync(README, "utf8").replace(BETWEEN, () => settingsTable()),
);
const schema = `${JSON.stringify(settingsSchema(), null, 2)}\n`;
writeFileSync(join(ROOT, "docs/settings.schema.json"), schema);
