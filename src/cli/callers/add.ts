import { type Command, InvalidArgumentError, Option } from "commander";
import type { CallerEntry } from "../../server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../server/callers/credentials.js";
import { parseDecimal } from "../numbers.js";
import { editEntries } from "./callers-edit.js";
import { ROLES } from "./roles.js";

interface AddOptions {
  readonly file: string;
  readonly role?: string;
  readonly rpc?: string[];
  readonly grant?: string[];
  readonly grantUser: string;
  readonly grantHours: number;
  readonly rate?: number;
  readonly spiffe?: string;
  readonly dns?: string;
}

/** `secure-token callers add <name>`: prints the new API key, once. */
export function addCallersAdd(callers: Command): void {
  callers
    .command("add")
    .description("Add a caller. Prints its API key, once; with a certificate name it gets none.")
    .argument("<name>")
    .requiredOption("--file <path>", "the callers file")
    .addOption(new Option("--role <role>", "the RPCs it may call").choices(Object.keys(ROLES)))
    .option("--rpc <name...>", "RPCs it may call, one by one")
    .option("--grant <pattern...>", "permissions it may grant, exact or with a trailing *")
    .option("--grant-user <pattern>", "user ids it may issue for", "*")
    .option("--grant-hours <hours>", "longest lifetime it may issue", parseDecimal, 24)
    .option("--rate <calls>", "calls a second", parseDecimal)
    .option("--spiffe <id>", "known by a client certificate with this SPIFFE id")
    .option("--dns <name>", "known by a client certificate with this DNS name")
    .action(async (name: string, options: AddOptions) => {
      const key = options.spiffe || options.dns ? undefined : generateApiKey();
      await editEntries(options.file, (entries) => {
        entries.push(toEntry(name, options, key));
      });
      if (key) process.stdout.write(`${key}\n`);
    });
}

function toEntry(name: string, options: AddOptions, key: string | undefined): CallerEntry {
  const rpcs = [...new Set([...(ROLES[options.role ?? ""] ?? []), ...(options.rpc ?? [])])];
  if (rpcs.length === 0)
    throw new InvalidArgumentError("--role or --rpc must say what it may call");
  const certificates = [
    ...(options.spiffe ? [{ spiffe_id: options.spiffe }] : []),
    ...(options.dns ? [{ dns_name: options.dns }] : []),
  ];
  return {
    name,
    ...(key && { api_keys: [newApiKey(key)] }),
    ...(certificates.length > 0 && { certificates }),
    rpcs,
    ...(options.grant && {
      grants: {
        permissions: options.grant,
        user_id: options.grantUser,
        max_expires_in_hours: options.grantHours,
      },
    }),
    ...(options.rate !== undefined && { calls_per_second: options.rate }),
  };
}

/** What the file keeps of a key. */
export function newApiKey(key: string): { sha256: string; created_at: string } {
  return { sha256: digestApiKey(key), created_at: new Date().toISOString() };
}
