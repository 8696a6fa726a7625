/** What the page's policy forbids, tried in a real browser. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import type { RunningServer } from "../support/server.js";
import { startConsole } from "../support/start-console.js";

/** Another origin. Nobody listens there, and nobody must be asked. */
const STRANGER = "http://127.0.0.1:9/";

describe("content security policy", () => {
  let browser: Browser;
  let server: RunningServer;
  let end: () => Promise<void>;
  before(async () => {
    ({ browser, server, end } = await startConsole());
  });
  after(() => end());

  const attacks: [name: string, directive: string, attack: (stranger: string) => void][] = [
    [
      "a script from data",
      "script-src-elem",
      () => {
        const url = "data:text/javascript,0";
        import(url).catch(() => {});
      },
    ],
    [
      "a script from text",
      "require-trusted-types-for",
      () => {
        const script = document.createElement("script");
        script.append("document.title = 'owned'");
        document.body.append(script);
      },
    ],
    [
      "markup from text",
      "require-trusted-types-for",
      () => {
        try {
          document.body.innerHTML = "<p>owned</p>";
        } catch {
          // What is looked for is the report.
        }
      },
    ],
    ["a call to another origin", "connect-src", (to) => void fetch(to).catch(() => {})],
    [
      "an image of another origin, which could carry a token away",
      "img-src",
      (from) => {
        new Image().src = from;
      },
    ],
    [
      "a form that would put a token into a URL",
      "form-action",
      () => {
        const form = document.createElement("form");
        document.body.append(form);
        form.submit();
      },
    ],
    [
      "an inline style",
      "style-src-elem",
      () => {
        const style = document.createElement("style");
        style.append("body { display: none }");
        document.head.append(style);
      },
    ],
    [
      "another base for every URL",
      "base-uri",
      (url) => {
        const base = document.createElement("base");
        base.href = url;
        document.head.append(base);
      },
    ],
  ];
  for (const [name, directive, attack] of attacks) {
    it(`forbids ${name}`, async () => {
      const page = await browser.newPage();
      await page.goto(server.url);
      const violated = page.evaluate(
        () =>
          new Promise<string>((resolve) => {
            document.addEventListener("securitypolicyviolation", (event) =>
              resolve(event.violatedDirective),
            );
            setTimeout(() => resolve("nothing"), 3000);
          }),
      );
      await page.evaluate(attack, STRANGER);
      assert.equal(await violated, directive);
      assert.equal(await page.locator("main").count(), 1);
      assert.ok(!(await page.content()).includes("<p>owned"));
      assert.equal(page.url(), `${server.url}/`);
      await page.close();
    });
  }
});
