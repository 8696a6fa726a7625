/** The npm package, as it is built and packed. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { ROOT } from "./support/buf.js";

const run = promisify(execFile);
const MANIFEST = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

describe("the npm package", () => {
  it("passes publint --strict", async () => {
    const { messages, pkg } = await publint({ pkgDir: ROOT, strict: true, pack: "npm" });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  it("gives each of its parts to programs, as JavaScript and as types, however they resolve", async () => {
    const parts = Object.keys(MANIFEST.exports).filter((part) => part !== "./package.json");
    const names = parts.map((part) => part.replace(/^\./, MANIFEST.name));
    for (const name of names) {
      const { default: none, ...exported } = await import(name);
      assert.equal(none, undefined, `${name} has a default export`);
      assert.ok(Object.keys(exported).length > 0, name);
    }
    const scratch = join(ROOT, "dist/package-types");
    mkdirSync(scratch, { recursive: true });
    try {
      const program = names.map((name, i) => `export * as part${i} from "${name}";\n`).join("");
      writeFileSync(join(scratch, "all.ts"), program);
      for (const [module, moduleResolution] of [
        ["nodenext", "nodenext"],
        ["esnext", "bundler"],
      ]) {
        const compilerOptions = {
          ...{ module, moduleResolution, target: "es2022", types: ["node"] },
          ...{ strict: true, noEmit: true, skipLibCheck: false },
        };
        const config = join(scratch, `${moduleResolution}.json`);
        writeFileSync(config, JSON.stringify({ compilerOptions, files: ["all.ts"] }));
        const compiled = run(join(ROOT, "node_modules/.bin/tsc"), ["-p", config], { cwd: ROOT });
        await compiled.catch(({ stdout }) => assert.fail(`${moduleResolution}: ${stdout}`));
      }
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  it("ships source maps that hold their sources", () => {
    const maps = readdirSync(join(ROOT, "src/client"))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => name.replace(/ts$/, "js.map"));
    assert.ok(maps.length > 10);
    for (const name of maps) {
      const map = JSON.parse(readFileSync(join(ROOT, "dist/client", name), "utf8"));
      assert.equal(map.sourcesContent?.length, map.sources.length, name);
    }
  });

  it("takes the program's own @grpc/grpc-js, and needs none without it", () => {
    const name = "@grpc/grpc-js";
    assert.equal(MANIFEST.dependencies[name], undefined);
    assert.match(MANIFEST.peerDependencies[name], /^\^1\./);
    assert.equal(MANIFEST.peerDependenciesMeta[name].optional, true);
  });

  it("shares the libraries whose types its users meet: a pinned one would be a second copy", () => {
    for (const name of ["@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-node"]) {
      assert.match(MANIFEST.dependencies[name], /^\^2\./, name);
    }
  });
});

describe("every package of a release", () => {
  const { version } = MANIFEST;
  for (const [path, pattern] of [
    ["gen/python/pyproject.toml", /^version = "(.+)"$/m],
    ["gen/java/pom.xml", /^ {2}<version>(.+)<\/version>$/m],
    ["gen/rust/Cargo.toml", /^version = "(.+)"$/m],
    ["gen/ts/package.json", /^ {2}"version": "(.+)",$/m],
    ["deploy/helm/secure-token/Chart.yaml", /^version: (.+)$/m],
    ["deploy/helm/secure-token/Chart.yaml", /^appVersion: (.+)$/m],
  ] as const) {
    it(`has the same version: ${path}, ${pattern.source}`, () => {
      assert.equal(pattern.exec(readFileSync(join(ROOT, path), "utf8"))?.[1], version);
    });
  }
});
