/** Chromium as npm installs it: @sparticuz/chromium carries it packed, playwright-core drives it. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflate } from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))));
const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
const CACHE = join(PACKAGE, "..", "..", ".cache", "chromium");
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Starts a browser of its own. */
export async function launchChromium(): Promise<Browser> {
  const folder = await unpack();
  const executablePath = join(folder, "chromium");
  const env = { ...process.env, FONTCONFIG_FILE: join(folder, "fonts.conf") };
  // Where the system lacks libraries, those that come with the browser stand in.
  const starts = spawnSync(executablePath, ["--version"], { env }).status === 0;
  const libraries = starts ? {} : { LD_LIBRARY_PATH: join(folder, "al2023", "lib") };
  return chromium.launch({ executablePath, args: ARGUMENTS, env: { ...env, ...libraries } });
}

/**
 * Unpacks once for a version, whichever test comes first: the work is done aside and then takes its
 * name at once, so that no test meets half a browser.
 */
async function unpack(): Promise<string> {
  const folder = join(CACHE, version);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const staging = mkdtempSync(join(CACHE, "unpacking-"));
  const before = process.env.TMPDIR;
  // The package unpacks into the system's temporary folder, and nowhere else.
  process.env.TMPDIR = staging;
  try {
    const packed = ["chromium.br", "fonts.tar.br", "al2023.tar.br"];
    await Promise.all(packed.map((name) => inflate(join(PACKAGE, "bin", name))));
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  writeFileSync(join(staging, "fonts.conf"), fontsConfig(folder));
  try {
    renameSync(staging, folder);
  } catch (error) {
    // Another test was faster.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** The same letters on every machine: Open Sans comes with the browser. */
function fontsConfig(folder: string): string {
  const families = ["system-ui", "sans-serif"].map(
    (family) => `<alias binding="same"><family>${family}</family>
  <prefer><family>Open Sans</family></prefer></alias>`,
  );
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>${join(folder, "fonts")}</dir>
<dir>/usr/share/fonts</dir>
<cachedir>${join(folder, "font-cache")}</cachedir>
${families.join("\n")}
</fontconfig>
`;
}
