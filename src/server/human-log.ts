/** The log for a person at a terminal: a line for each of pino's JSON lines. */
import { printable, printableJson } from "./printable.js";

const LEVELS: Readonly<Record<number, string>> = {
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
};

/** `12:00:00 warn  message name=value …`, from a line of JSON; the line itself where it is none. */
export function humanLine(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line);
  } catch {
    return `${printable(line.trimEnd())}\n`;
  }
  const { level, time, msg, ...facts } = entry;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const told = Object.entries(facts).map(([name, value]) => {
    const plain = typeof value === "string" && /^[\x21-\x7e]+$/.test(value) && !/["=]/.test(value);
    return `${printable(name)}=${plain ? value : printableJson(value)}`;
  });
  const word = (LEVELS[Number(level)] ?? String(level)).padEnd(5);
  return `${[clock, word, printable(String(msg ?? "")), ...told].join(" ").trimEnd()}\n`;
}
