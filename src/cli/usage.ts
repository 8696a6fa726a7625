/** What is wrong with a command line, and options that may be given several times. */
import { type Command, InvalidArgumentError, Option } from "commander";

/** The command line is at fault; the message says what would be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const REPEATABLE = new WeakSet<Option>();
/** Options whose value names something: empty it would name nothing, or everything. */
const NAMING = /<(file|path|id|name|url)>/;

/** An option that takes one value, may be given several times, and splits its value at commas. */
export function listOption(flags: string, description: string): Option {
  const option = new Option(flags, `${description}; several by commas, or by giving it again`);
  REPEATABLE.add(option);
  return option.argParser((value: string, before: string[] = []) => {
    const values = value.split(",").map((one) => one.trim());
    // commander takes -p=read for the value "=read".
    if (option.short && value.startsWith("=")) {
      throw new InvalidArgumentError(`No = stands after ${option.short}.`);
    }
    if (values.includes("")) throw new InvalidArgumentError("Nothing stands beside a comma.");
    return [...before, ...values];
  });
}

/**
 * Refuses options that are given twice, and an option beside its `--no-` form, where the second would
 * silently replace the first; and empty names.
 */
export function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    if (option.negate) refuseBoth(command, option);
    if (NAMING.test(option.flags)) refuseEmpty(command, option);
    const takesValue = option.required || option.optional;
    if (!takesValue || option.variadic || REPEATABLE.has(option)) continue;
    let seen = false;
    command.on(`option:${option.name()}`, () => {
      if (seen) command.error(`error: option '${option.flags}' may be given only once`);
      seen = true;
    });
  }
  for (const child of command.commands) refuseRepeats(child);
}

/** Refuses an empty name, which a variable that is not set leaves behind. */
function refuseEmpty(command: Command, option: Option): void {
  command.on(`option:${option.name()}`, (value: string) => {
    if (value === "") command.error(`error: option '${option.flags}' must not be empty`);
  });
}

/** Refuses a `--no-` option beside the option that it negates, in either order. */
function refuseBoth(command: Command, negation: Option): void {
  const name = negation.attributeName();
  const positive = command.options.find((one) => !one.negate && one.attributeName() === name);
  if (!positive) return;
  const given = new Set<Option>();
  for (const option of [positive, negation]) {
    command.on(`option:${option.name()}`, () => {
      given.add(option);
      if (given.size < 2) return;
      command.error(`error: option '${positive.flags}' contradicts '${negation.flags}'`);
    });
  }
}
