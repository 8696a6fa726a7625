/** Builds the console into dist/console, with a compressed copy of every file beside it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { referencePage } from "./reference/reference-page.js";

const MANIFEST = fileURLToPath(new URL("../../package.json", import.meta.url));
const PAGES = ["index.html", "reference.html"].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
);
const OUTPUT = fileURLToPath(new URL("../../dist/console/", import.meta.url));

/** Compresses once, here, what is then served for a year. */
const precompress: Plugin = {
  name: "precompress",
  closeBundle() {
    const entries = readdirSync(OUTPUT, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((file) => file.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const body = readFileSync(path);
      writeFileSync(`${path}.br`, brotliCompressSync(body));
      writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
    }
  },
};

export default defineConfig({
  // Relative addresses: the page works below a path too.
  base: "./",
  root: fileURLToPath(new URL(".", import.meta.url)),
  define: { CONSOLE_VERSION: JSON.stringify(JSON.parse(readFileSync(MANIFEST, "utf8")).version) },
  oxc: { jsx: { importSource: "preact" } },
  build: {
    outDir: OUTPUT,
    emptyOutDir: true,
    rolldownOptions: { input: PAGES },
    target: "es2023",
    // The policy forbids data: URLs and inline scripts.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
  plugins: [referencePage, precompress],
});
