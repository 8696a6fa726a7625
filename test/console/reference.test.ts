/** The page of RPCs and errors that is served beside the console. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { renderMarkdown } from "../../src/console/reference/markdown.js";
import { loadConsole } from "../../src/server/console-assets.js";

describe("the documentation beside the console", () => {
  const page = loadConsole().get("/reference.html")?.encodings.identity.body.toString() ?? "";

  it("tells of every RPC", () => {
    for (const { name } of TokenService.methods) {
      assert.ok(page.includes(`<h4 id="${name.toLowerCase()}">${name}</h4>`), name);
    }
    assert.match(page, /ERROR_REASON_TOKEN_REVOKED/);
  });

  it("links to nothing but headings of its own, each of which is there once", () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    const links = [...page.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => href);
    assert.ok(links.length > 50);
    assert.deepEqual(
      links.filter((href) => !href?.startsWith("#") || !ids.includes(href.slice(1))),
      [],
    );
  });

  it("needs no script, and leaves no Markdown behind", () => {
    assert.doesNotMatch(page, /<script|<style|\sstyle=|\]\(|\*\*|&lt;br&gt;|^\|/m);
  });
});

describe("renderMarkdown", () => {
  it("takes markup in a comment for text", () => {
    const { html } = renderMarkdown('## A.b <i>\n\n| a | b |\n| - | - |\n| `x\\|<y>` | "&" |');
    assert.match(html, /^<h3 id="ab &lt;i&gt;">A\.b &lt;i&gt;<\/h3>/);
    assert.match(html, /<td><code>x\|&lt;y&gt;<\/code><\/td><td>&quot;&amp;&quot;<\/td>/);
  });
});
