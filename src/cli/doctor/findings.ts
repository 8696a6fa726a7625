/** How findings are printed, and how the command ends. */
import type { Finding } from "../../server/checkup/finding.js";
import { EXIT_CONFIG } from "../../server/config/index.js";
import { printable, printableJson } from "../../server/printable.js";

const WORDS = { ok: "ok     ", warning: "warning", error: "error  " };
/** Select Graphic Rendition of ECMA-48: green, yellow, red. */
const COLORS = { ok: 32, warning: 33, error: 31 };

/** Prints findings, a line each, coloured on a terminal unless NO_COLOR is set; or JSON. */
export function printFindings(findings: readonly Finding[], json: boolean): void {
  const right = findings.every(({ level }) => level !== "error");
  if (json) {
    process.stdout.write(`${printableJson({ ok: right, findings })}\n`);
    return;
  }
  const coloured = process.stdout.isTTY && !process.env.NO_COLOR;
  for (const { level, message } of findings) {
    const word = coloured ? `\u001b[${COLORS[level]}m${WORDS[level]}\u001b[0m` : WORDS[level];
    process.stdout.write(`${word} ${printable(message)}\n`);
  }
}

/** Sets the exit code of a configuration's findings: 78 where one is an error. */
export function endWith(findings: readonly Finding[]): void {
  if (findings.some(({ level }) => level === "error")) process.exitCode = EXIT_CONFIG;
}
