/** Layers import one way. The table is the design; this test reads the real imports against it. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "./support/buf.js";

/** For each layer of src: the layers it may import, and the packages (all, where not said). */
const LAYERS: Record<string, { may: string[]; packages?: RegExp }> = {
  values: { may: [], packages: /^$/ },
  core: { may: ["values"], packages: /^node:(crypto|buffer|util)$/ },
  library: { may: ["core"] },
  revocation: { may: ["core", "gen/ts"] },
  service: { may: ["core", "revocation", "gen/ts"], packages: /^@(bufbuild|connectrpc\/connect)/ },
  gateways: { may: ["service", "core", "gen/ts"], packages: /^@(bufbuild|connectrpc\/connect)/ },
  http2: { may: [], packages: /^node:(net|process|tls)$/ },
  transport: { may: ["http2"], packages: /^(node:|@connectrpc\/|@bufbuild\/)/ },
  server: { may: ["transport", "gateways", "service", "revocation", "core", "gen/ts"] },
  client: { may: ["values", "gen/ts"] },
  testing: {
    may: ["service", "revocation", "core", "client"],
    packages: /^@connectrpc\/connect$/,
  },
  console: { may: ["client", "gen/ts"] },
  cli: { may: ["server", "client", "core"] },
};
/** The clients and the middleware that need Node; what browsers load must reach none of them. */
const NODE_ONLY = /^src\/client\/((node|grpc-js)[a-z-]*|(middleware|verifier)\/[a-z-]+)\.ts$/;

/** The files that read the process. */
const PROCESS_READERS = /^src\/(cli\/.*|server\/main|library\/environment-manager)\.ts$/;

interface Import {
  from: string;
  to: string;
  /** Whether the compiler takes it out. */
  isType: boolean;
}

describe("architecture", () => {
  const imports = sources("src").flatMap(importsOf);

  it("has no layer that the table does not name", () => {
    const layers = readdirSync(join(ROOT, "src"));
    assert.deepEqual(
      layers.filter((name) => !(name in LAYERS)),
      [],
    );
  });

  it("imports along the table, and nothing else", () => {
    const wrong = imports.filter(({ from, to }) => !allowed(from, to));
    assert.deepEqual(wrong, []);
  });

  it("knows node:crypto in one file", () => {
    const users = imports.filter(
      ({ from, to }) => from.startsWith("src/core") && to === "node:crypto",
    );
    assert.deepEqual(
      users.map(({ from }) => from),
      ["src/core/primitives.ts"],
    );
  });

  it("reads the process in no layer but server/main, library/environment-manager and cli", () => {
    const readers = sources("src")
      .filter((path) => /\bprocess\./.test(read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")))
      .filter((path) => !PROCESS_READERS.test(path));
    assert.deepEqual(readers, []);
  });

  it("keeps Node out of what browsers load", () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        from.startsWith("src/client/") &&
        !NODE_ONLY.test(from) &&
        (/^(node:|@grpc\/|@connectrpc\/connect-node)/.test(to) || NODE_ONLY.test(to)),
    );
    assert.deepEqual(wrong, []);
  });

  it("has no circle", () => {
    const graph = new Map<string, string[]>();
    for (const { from, to } of imports) graph.set(from, [...(graph.get(from) ?? []), to]);
    const done = new Set<string>();
    const visit = (path: string, trail: string[]) => {
      assert.ok(!trail.includes(path), [...trail, path].join(" -> "));
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
  });

  it("loads no package for the commands that probes and scripts run, but commander", () => {
    const quick = ["main", "health", "generate-key", "generate-salt", "keys/index"];
    const reached = new Set(quick.map((name) => `src/cli/${name}.ts`));
    for (const file of reached) {
      const values = imports.filter(({ from, isType }) => from === file && !isType);
      for (const { to } of values) reached.add(to);
    }
    const packages = [...reached].filter((path) => !/^(?:src\/|node:)/.test(path));
    assert.deepEqual(packages, ["commander"]);
  });

  it("keeps files small enough to be read at once", () => {
    const long = sources("src").filter((path) => read(path).split("\n").length > 240);
    assert.deepEqual(long, []);
  });
});

function allowed(from: string, to: string): boolean {
  const layer = LAYERS[from.split("/")[1] as string];
  if (!layer) return false;
  if (to.startsWith("gen/ts/")) return layer.may.includes("gen/ts");
  if (to.startsWith("src/")) {
    const target = to.split("/")[1] as string;
    return target === from.split("/")[1] || layer.may.includes(target);
  }
  return layer.packages?.test(to) ?? true;
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function importsOf(from: string): Import[] {
  const specifiers = read(from).matchAll(
    /^(?:import |(?:import|export)\b[^;"'=]*\bfrom )["']([^"']+)["'];$/gm,
  );
  return [...specifiers].map(([text, specifier]) => ({
    from,
    to: resolve(from, specifier as string),
    isType: /^(?:import|export) type /.test(text),
  }));
}

/** A relative import as the source file it means; a package as its name. */
function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const path = join(dirname(from), specifier);
  const source = path.replace(/\.js$/, ".ts");
  return existsSync(join(ROOT, source)) ? source : path;
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}
