/** Numbers on the command line. */
import { InvalidArgumentError } from "commander";

/** A decimal number; its range is the command's business. Throws for anything else. */
export function parseDecimal(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("It must be a decimal number.");
  return Number(text);
}

/** A parser of decimal numbers from `least` to `most`; `whole` ones alone where that is true. */
export function decimalIn(least: number, most: number, whole = false): (text: string) => number {
  const rule = `It must be a ${whole ? "whole number" : "number"} from ${least} to ${most}.`;
  return (text) => {
    const number = parseDecimal(text);
    if (number < least || number > most || (whole && !Number.isInteger(number))) {
      throw new InvalidArgumentError(rule);
    }
    return number;
  };
}
