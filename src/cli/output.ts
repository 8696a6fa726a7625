/** What the commands print. */
import { exitCodeOf, isTokenError } from "./exit-codes.js";
import type { TargetOptions } from "./target.js";

/** Prints an answer: JSON for programs, else a line a fact. */
export function printResult(result: object, { json }: TargetOptions): void {
  process.stdout.write(json ? `${toJson(result)}\n` : lines(result));
}

/** Prints what a person should know beside the answer, to standard error. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Prints an error to standard error and sets the exit code. */
export function printError(error: unknown, json: boolean): void {
  process.exitCode = exitCodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (!json) {
    process.stderr.write(`${message}\n`);
    return;
  }
  const name = error instanceof Error ? error.name : "Error";
  const facts = isTokenError(error) ? { reason: error.reason, field: error.field } : {};
  process.stderr.write(`${toJson({ error: { name, message, ...facts } })}\n`);
}

function lines(result: object): string {
  return Object.entries(result)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : text(value)}\n`)
    .join("");
}

function text(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return value.join(", ");
  }
  // Instants and durations have texts of their own, which JSON puts in quotes.
  return toJson(value).replace(/^"(.*)"$/, "$1");
}

/** JSON; integers beyond ±(2^53 - 1) as text, as protobuf's JSON writes them. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_name, item) => (typeof item === "bigint" ? String(item) : item));
}
