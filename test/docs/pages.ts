/** The blocks of the documents, and how a shell runs them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/buf.js";

/** A block of code. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** Why it cannot be run, where a comment before it says so: `<!-- not run: … -->`. */
  readonly notRun: string | undefined;
  /** The line that it begins on. */
  readonly line: number;
}

const FENCE = /(?:^ *<!-- not run: (.+?) -->\n\n)?^ *```([a-z]+)(?:,no_run)?\n([\s\S]*?)^ *```$/gm;

/** The blocks of a page that have a language, in turn. */
export function blocksOf(path: string): Block[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  return [...text.matchAll(FENCE)].map((match) => ({
    language: match[2] as string,
    code: match[3] as string,
    notRun: match[1],
    line: text.slice(0, match.index).split("\n").length,
  }));
}

/** Every page that git has. */
export function allPages(): string[] {
  const list = execFileSync("git", ["ls-files", "-z", "--", "*.md"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return list.split("\0").filter(Boolean);
}
