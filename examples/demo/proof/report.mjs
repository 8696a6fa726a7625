/** Keeps the results of the parts, and writes them as a page. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { join } from "node:path";
import { ROOT } from "../languages.mjs";

const FOLDER = join(ROOT, "bench/results");
const PREFACE = `# Watched verification, shown

\`npm run proof:watched\` made this; [examples/demo](../../examples/demo) says what it starts, and what a wrong answer is. Load generator, services, servers and PostgreSQL share the machine.
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

/** Puts the result of a part, by its name, in place of an earlier one. */
export function writeResult(part, result) {
  const path = join(FOLDER, "watched.jsonl");
  const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  const all = new Map(lines.map((line) => JSON.parse(line)).map((it) => [it.part, it]));
  all.set(part, { part, ...result });
  const results = [...all.values()];
  writeFileSync(path, results.map((it) => `${JSON.stringify(it)}\n`).join(""));
  writeFileSync(join(FOLDER, "watched.md"), `${PREFACE}\n${results.map(toMarkdown).join("\n")}`);
}
