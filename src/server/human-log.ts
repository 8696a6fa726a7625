/** The log for a person at a terminal: a line for each of pino's JSON lines. */
import { printable, printableJson } from "./printable.js";

const LEVELS: Readonly<Record<number, string>> = {
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
};

/** The colours of levels, as terminals number them (ECMA-48, section 8.3.117); others have the terminal's own. */
const COLORS: Readonly<Record<number, number>> = { 40: 33, 50: 31 };
const OWN_COLOR = 39;

/**
 * `12:00:00 warn  message name=value …`, from a line of JSON; the line itself where it is none.
 *
 * @param colored whether the level has its colour
 */
export function humanLine(line: string, colored = false): string {
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
  const plainWord = (LEVELS[Number(level)] ?? printable(String(level))).padEnd(5);
  const color = colored ? COLORS[Number(level)] : undefined;
  const word = color === undefined ? plainWord : `\u001b[${color}m${plainWord}\u001b[${OWN_COLOR}m`;
  return `${[clock, word, printable(String(msg ?? "")), ...told].join(" ").trimEnd()}\n`;
}
