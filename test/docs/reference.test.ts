/** The reference is what the schema and its comments say. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { BUF_IMAGE, protoReference } from "../../scripts/proto-reference.js";
import { buf, ROOT } from "../support/buf.js";

const FOLDER = join(ROOT, "docs/reference");

describe("docs/reference", async () => {
  const made = protoReference(await buf(...BUF_IMAGE));

  it("has a document for each part", () => {
    assert.deepEqual(readdirSync(FOLDER).sort(), [...made.keys()].sort());
  });

  for (const [name, text] of made) {
    it(`${name} is as \`npm run generate:reference\` writes it`, () => {
      assert.equal(readFileSync(join(FOLDER, name), "utf8"), text);
    });

    it(`${name} links to headings that exist, and leaves nothing without a comment`, () => {
      const links = [...text.matchAll(/\]\(([a-z]*\.md)?#([a-z]+)\)/g)];
      assert.ok(links.length > 0);
      for (const [, file = name, anchor] of links) {
        const headings = [...(made.get(file) ?? "").matchAll(/^#+ (.*)$/gm)];
        const anchors = headings.map(([, heading = ""]) =>
          heading.toLowerCase().replaceAll(".", ""),
        );
        assert.ok(anchors.includes(anchor as string), `${file}#${anchor}`);
      }
      assert.doesNotMatch(text, /\|\s+\|$/m);
    });
  }
});
