/** Writes what the table of settings says into docs/operate/configure.md and docs/settings.schema.json. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsSchema, settingsTable } from "../src/server/config/documents.js";

const ROOT = join(import.meta.dirname, "..");
const PAGE = join(ROOT, "docs/operate/configure.md");
/** The lines between which the page's table stands. */
const BETWEEN = /(?<=<!-- settings: npm run generate:settings -->\n\n)[\s\S]*?(?=\n\n<!-- end -->)/;

writeFileSync(
  PAGE,
  readFileSync(PAGE, "utf8").replace(BETWEEN, () => settingsTable()),
);
const schema = `${JSON.stringify(settingsSchema(), null, 2)}\n`;
writeFileSync(join(ROOT, "docs/settings.schema.json"), schema);
