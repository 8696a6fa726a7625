/** Numbers on the command line. */
import { InvalidArgumentError } from "commander";

/** A decimal number; its range is the command's business. Throws for anything else. */
export function parseDecimal(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("It must be a decimal number.");
  return Number(text);
}
