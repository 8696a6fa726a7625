/** What the commands print. What comes from tokens, files and servers is made printable. */
import { ConfigError } from "../server/config/index.js";
import { isPrintable, printable, printableJson, printableList } from "../server/printable.js";
import { CallFailure } from "./call-failure.js";
import { exitCodeOf, isTokenError } from "./exit-codes.js";
import type { TargetOptions } from "./target.js";

/** Prints an answer: JSON for programs, else a line a fact. */
export function printResult(result: object, { json }: TargetOptions): void {
  process.stdout.write(json ? `${printableJson(result)}\n` : lines(result));
}

/** Prints one value alone, so that it can be piped on, as it is if it is printable; with --json an object of all there is. */
export function printValue(value: string, whole: object, options: TargetOptions): void {
  if (options.json) printResult(whole, options);
  else process.stdout.write(`${isPrintable(value) ? value : printable(value)}\n`);
}

/** Prints what a person should know beside the answer, to standard error. */
export function printNote(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Prints an error to standard error and sets the exit code. */
export function printError(error: unknown, json: boolean): void {
  process.exitCode = exitCodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (!json) {
    // Line breaks are ours in a list of faults, and somebody else's anywhere else.
    const parts = error instanceof ConfigError ? message.split("\n") : [message];
    process.stderr.write(parts.map((part) => `${printable(part)}\n`).join(""));
    return;
  }
  const name = error instanceof Error ? error.name : "Error";
  process.stderr.write(`${printableJson({ error: { name, message, ...factsOf(error) } })}\n`);
}

/** What an error says beside its message. */
function factsOf(error: unknown): object {
  if (error instanceof CallFailure) return { code: error.code };
  if (error instanceof ConfigError) return { faults: error.faults };
  if (!isTokenError(error)) return {};
  const { reason, field } = error;
  return {
    reason,
    field,
    ...("expiredAt" in error && { expiredAt: error.expiredAt }),
    ...("requiredPermission" in error && { requiredPermission: error.requiredPermission }),
  };
}

function lines(result: object): string {
  return Object.entries(result)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${text(value)}\n`)
    .join("");
}

function text(value: unknown): string {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return printableList(value);
  }
  // Instants and durations have texts of their own, which JSON puts in quotes.
  return printableJson(value).replace(/^"(.*)"$/, "$1");
}
