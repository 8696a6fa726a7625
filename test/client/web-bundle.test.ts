/** The web client as a browser gets it. */
import assert from "node:assert/strict";
import { builtinModules } from "node:module";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

describe("web bundle", () => {
  it("holds nothing of Node, of the core, or of gRPC for Node", async (t) => {
    const { metafile, outputFiles } = await build({
      entryPoints: ["src/client/web.ts"],
      absWorkingDir: ROOT,
      bundle: true,
      platform: "browser",
      format: "esm",
      minify: true,
      metafile: true,
      write: false,
    });
    const inputs = Object.keys(metafile.inputs);
    assert.ok(inputs.includes("src/client/token-client.ts"));
    const foreign =
      /^src\/(?!client\/|values\/)|@grpc\/|connect-node|client\/(node|grpc-js|middleware)/;
    assert.deepEqual(
      inputs.filter((path) => foreign.test(path)),
      [],
    );
    const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports);
    const ofNode = imported.filter(
      ({ path }) => path.startsWith("node:") || builtinModules.includes(path),
    );
    assert.deepEqual(ofNode, []);
    const { contents } = outputFiles[0]!;
    t.diagnostic(`${contents.length} bytes minified, ${gzipSync(contents).length} gzipped`);
  });
});
