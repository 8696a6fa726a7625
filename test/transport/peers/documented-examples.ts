/** The configurations of the documents, which the tests run as they stand, with other addresses. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../support/buf.js";

/**
 * The example below a heading.
 *
 * @param values what stands in the place of each text of the example: all of them, wherever they occur
 * @throws Error where there is no such heading, no example below it, or no such text in it
 */
export function documentedExample(
  heading: string,
  values: Record<string, string>,
  path = "docs/proxies.md",
): string {
  const document = readFileSync(join(ROOT, path), "utf8");
  const [, below = ""] = document.split(new RegExp(`^#+ ${heading}\n`, "m"));
  const [, example] = /^```\w*\n([\s\S]*?)^```/m.exec(below.split(/^#/m)[0] as string) ?? [];
  if (example === undefined) throw new Error(`${path} has no example for ${heading}`);
  return Object.entries(values).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the example for ${heading} does not say ${from}`);
    return text.replaceAll(from, to);
  }, example);
}
