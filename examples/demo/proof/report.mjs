/** Keeps the results of the parts, and writes them as a page. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { join } from "node:path";
import { ROOT } from "../languages.mjs";
import { count } from "./figures.mjs";

const FOLDER = join(ROOT, "bench/results");
const PREFACE = `# Watched verification, shown

\`npm run proof:watched\` made this and adds each run; to begin anew, delete \`watched.jsonl\` beside it. [examples/demo](../../examples/demo) says what it starts, and what a wrong answer is. Load generator, services, servers and PostgreSQL share the machine.
`;

/** A part's result with when, where and beside what it was measured. */
export function withCircumstances(result, loadBefore) {
  const commit = execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { cwd: ROOT });
  return {
    ...result,
    date: new Date().toISOString().slice(0, 10),
    commit: String(commit).trim(),
    machine: `${cpus().length} × ${cpus()[0].model}, Linux ${release()}, Node ${process.versions.node}`,
    loadBefore: loadBefore.toFixed(1),
    loadAfter: loadavg()[0].toFixed(1),
  };
}

/** One part as Markdown. */
export function toMarkdown(result) {
  const { title, text, header, rows, missing } = result;
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const left = missing.map(({ language, reason }) => `${language} is left out: ${reason}.`);
  return [
    `## ${title}`,
    "",
    [text, ...left].join(" "),
    "",
    line(header),
    line(header.map((_, i) => (i === 0 ? "---" : "---:"))),
    ...rows.map(line),
    "",
    `${result.date}, ${result.services}, commit ${result.commit}. ${result.machine}; load average ${result.loadBefore} before and ${result.loadAfter} after.`,
    "",
  ].join("\n");
}

/** Adds the result of a part to those of earlier runs, and writes the page anew. */
export function addResult(part, result) {
  const path = join(FOLDER, "watched.jsonl");
  const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  const results = [...lines, JSON.stringify({ part, ...result })].map((line) => JSON.parse(line));
  writeFileSync(path, results.map((it) => `${JSON.stringify(it)}\n`).join(""));
  const page = [PREFACE, inAll(results), ...results.map(toMarkdown)].join("\n");
  writeFileSync(join(FOLDER, "watched.md"), page);
}

/** The sums over all runs of what each part has shown. */
function inAll(results) {
  const sums = new Map();
  for (const { shown } of results) {
    for (const [what, number] of Object.entries(shown))
      sums.set(what, (sums.get(what) ?? 0) + number);
  }
  const lines = [...sums].map(([what, sum]) => `- ${what}: ${count(sum)}`);
  return `In all ${results.length} runs below, over all services:\n\n${lines.join("\n")}\n`;
}
