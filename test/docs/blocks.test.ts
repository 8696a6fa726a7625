/** Every block of the documents is run by a test, checked by one, or says why not. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { allPages, blocksOf } from "./pages.js";

/** By page: the test that takes its blocks, which names the page, and their languages where it takes some alone. */
const RUN_BY: Readonly<Record<string, readonly [test: string, ...languages: string[]]>> = {
  "README.md": ["test/readme.test.ts"],
  "docs/integrate/library.md": ["test/readme.test.ts"],
  "docs/operate/callers.md": ["test/readme.test.ts"],
  "docs/operate/command.md": ["test/readme.test.ts"],
  "docs/operate/rotation.md": ["test/readme.test.ts"],
  "docs/quickstart.md": ["test/docs/quickstart.test.ts"],
  "docs/integrate/migrate-from-python.md": ["test/docs/migration.test.ts"],
  "docs/integrate/gateways.md": ["test/gateways/nginx.test.ts", "nginx", "yaml", "lua"],
  "docs/operate/runbooks.md": ["test/docs/runbooks.test.ts"],
  "docs/operate/kubernetes.md": ["test/deploy/chart.test.ts", "yaml"],
  "docs/proxies.md": ["test/transport/peers/documented-examples.ts"],
  "gen/go/README.md": ["gen/go/securetoken/readme_test.go", "go"],
  "gen/java/README.md": ["gen/java/src/test/java/dev/securetoken/ReadmeTest.java", "java"],
  "gen/python/README.md": ["gen/python/tests/test_readme.py", "python"],
  "gen/rust/README.md": ["gen/rust/src/lib.rs", "rust"],
  "gen/ts/README.md": ["test/client/readme.test.ts", "ts"],
  "src/http2/README.md": ["test/http2/readme.test.ts"],
};

/** Whether a test takes the blocks of a language on a page. */
function isRun(path: string, language: string): boolean {
  const [test, ...languages] = RUN_BY[path] ?? [];
  return test !== undefined && (languages.length === 0 || languages.includes(language));
}

/** Languages that are no commands and no program: what a page shows of an answer or a picture. */
const SHOWN = new Set(["text", "json", "ini"]);

describe("the documents", () => {
  const pages = allPages().filter((path) => !/^(CHANGELOG|\.github\/)/.test(path));

  it("have no block that nothing runs and nothing excuses", () => {
    const loose = pages
      .flatMap((path) => blocksOf(path).map((block) => ({ path, ...block })))
      .filter(({ path, language }) => !SHOWN.has(language) && !isRun(path, language))
      .filter(({ notRun }) => notRun === undefined);
    assert.deepEqual(
      loose.map(({ path, line, language }) => `${path}:${line} ${language}`),
      [],
    );
  });

  it("are named by the tests that run them", () => {
    for (const [page, [test]] of Object.entries(RUN_BY)) {
      assert.ok(existsSync(join(ROOT, page)), page);
      const name = page.split("/").pop() as string;
      assert.ok(readFileSync(join(ROOT, test), "utf8").includes(name), `${test} names ${name}`);
    }
  });

  it("lead nowhere that is not there", () => {
    const broken: string[] = [];
    for (const page of pages) {
      const text = readFileSync(join(ROOT, page), "utf8").replace(/```[\s\S]*?```/g, "");
      for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [path, anchor] = target.split("#");
        const file = path ? join(dirname(page), path) : page;
        if (!existsSync(join(ROOT, file))) broken.push(`${page}: ${target}`);
        else if (anchor && file.endsWith(".md") && !anchorsOf(file).has(anchor)) {
          broken.push(`${page}: ${target}`);
        }
      }
    }
    assert.deepEqual(broken, []);
  });

  it("are all reached from docs/README.md or README.md", () => {
    const reached = new Set(["README.md", "docs/README.md"]);
    for (const page of reached) {
      const text = readFileSync(join(ROOT, page), "utf8");
      for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)/g)) {
        if (/^[a-z]+:/.test(target) || !target.endsWith(".md")) continue;
        reached.add(join(dirname(page), target));
      }
    }
    const missed = pages.filter((page) => page.startsWith("docs/") && !reached.has(page));
    assert.deepEqual(missed, []);
  });
});

/** The anchors of a page's headings, as hosts of Markdown make them. */
function anchorsOf(page: string): Set<string> {
  const text = readFileSync(join(ROOT, page), "utf8");
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading as string);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}
