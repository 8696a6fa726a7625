/** What the command line says of a row: the same options where one is added and where one is changed. */
import type { Command } from "commander";
import type { CallerEntry } from "../../server/callers/callers-file.js";
import { decimalIn } from "../numbers.js";
import { listOption, UsageError } from "../usage.js";
import { ROLES } from "./roles.js";

/** What it may call and grant, as given; what is not named is absent. */
export interface RowOptions {
  readonly role?: string[];
  readonly rpc?: string[];
  readonly grant?: string[];
  readonly grantUser?: string;
  /** In hours. */
  readonly grantHours?: number;
  readonly audience?: string[];
}

/** What the grants of an entry are where only `--grant` says something of them. */
const DEFAULTS = { user_id: "*", max_expires_in_hours: 24 };

/** Adds the options that say what a caller may call and grant. */
export function addRowOptions(command: Command): Command {
  const roles = Object.keys(ROLES).join(", ");
  const grantable = "it may grant, exact or with a trailing *";
  const audiences = "audiences it may issue for, exact or with a trailing * (default: none)";
  return command
    .addOption(listOption("--role <role>", `the RPCs it may call: ${roles}`))
    .addOption(listOption("--rpc <name>", "RPCs it may call, one by one"))
    .addOption(listOption("--grant <pattern>", `permissions ${grantable}`))
    .option("--grant-user <pattern>", "user ids it may issue for (default: *)")
    .option(
      "--grant-hours <hours>",
      "longest lifetime it may issue (default: 24)",
      decimalIn(1e-6, 8760),
    )
    .addOption(listOption("--audience <pattern>", audiences));
}

/**
 * The RPCs that the options name, each once; none where they name none.
 * @throws UsageError for a role that there is not
 */
export function rpcsOf({ role = [], rpc = [] }: RowOptions): string[] {
  const unknown = role.find((name) => !Object.hasOwn(ROLES, name));
  if (unknown !== undefined) {
    throw new UsageError(`--role ${unknown} is not one of ${Object.keys(ROLES).join(", ")}`);
  }
  return [...new Set([...role.flatMap((name) => ROLES[name] ?? []), ...rpc])];
}

/**
 * The grants with what the options say in the place of `before`; undefined where both say nothing.
 * @throws UsageError where they bound grants that there are not
 */
export function grantsOf(
  { grant, grantUser, grantHours, audience }: RowOptions,
  before?: CallerEntry["grants"],
): CallerEntry["grants"] {
  const permissions = grant ?? before?.permissions;
  if (permissions === undefined) {
    if (grantUser === undefined && grantHours === undefined && !audience) return undefined;
    throw new UsageError("--grant-user, --grant-hours and --audience need --grant");
  }
  return {
    ...DEFAULTS,
    ...before,
    permissions,
    ...(grantUser !== undefined && { user_id: grantUser }),
    ...(grantHours !== undefined && { max_expires_in_hours: grantHours }),
    ...(audience && { audiences: audience }),
  };
}
