/** The console as it is built: what is in it, and how much it weighs. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { loadConsole } from "../../src/server/console-assets.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** The most that the page may weigh on its way, compressed by gzip. */
const MAX_BYTES = 72_000;

describe("console bundle", () => {
  const assets = loadConsole();

  it("was built by npm run build", () => assert.ok(assets.has("/")));

  it("holds nothing of Node, of the core or of the server", async () => {
    const { metafile } = await build({
      entryPoints: ["src/console/main.tsx"],
      absWorkingDir: ROOT,
      bundle: true,
      platform: "browser",
      format: "esm",
      metafile: true,
      write: false,
    });
    const foreign =
      /^src\/(?!client\/|console\/|values\/)|@grpc\/|connect-node|client\/(node|grpc-js)/;
    assert.deepEqual(
      Object.keys(metafile.inputs).filter((path) => foreign.test(path)),
      [],
    );
  });

  it("is complete, and small", (t) => {
    const page = assets.get("/")?.encodings.identity.body.toString() ?? "";
    const linked = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) =>
      path?.replace(/^\.?\//, "/"),
    );
    assert.ok(linked.length >= 3);
    for (const path of linked) assert.ok(assets.get(path as string)?.immutable, path);
    let bytes = 0;
    for (const [path, { encodings }] of assets) {
      // The documentation is asked for by itself.
      if (!path.includes("/reference")) bytes += encodings.gzip?.body.length ?? 0;
    }
    t.diagnostic(`${bytes} bytes gzipped, the whole page`);
    assert.ok(bytes < MAX_BYTES);
    assert.ok(bytes > 10_000);
  });

  it("runs nothing inline and asks nobody else", () => {
    const page = assets.get("/")?.encodings.identity.body.toString() ?? "";
    assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
    assert.doesNotMatch(page, /(?:src|href)="(?:https?:)?\/\//);
    const styles = readFileSync(
      fileURLToPath(new URL("../../src/console/styles/base.css", import.meta.url)),
      "utf8",
    );
    assert.doesNotMatch(styles, /url\(/);
  });
});
