import { type Command, Option } from "commander";
import { type CallerEntry, parseCallers } from "../../server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../server/callers/credentials.js";
import { decimalIn } from "../numbers.js";
import { printNote, printValue } from "../output.js";
import { listOption, UsageError } from "../usage.js";
import { editEntries } from "./callers-edit.js";
import { ROLES } from "./roles.js";

interface AddOptions {
  readonly file: string;
  readonly json?: boolean;
  readonly role?: string[];
  readonly rpc?: string[];
  readonly grant?: string[];
  readonly grantUser?: string;
  readonly grantHours?: number;
  readonly audience?: string[];
  readonly holderRefresh: boolean;
  readonly revokeEverything?: boolean;
  readonly rate?: number;
  readonly spiffe?: string[];
  readonly dns?: string[];
}

const DEFAULT_GRANT_HOURS = 24;

/** `secure-token callers add <name>`: prints the new API key, once. */
export function addCallersAdd(callers: Command): void {
  const roles = Object.keys(ROLES).join(", ");
  callers
    .command("add")
    .description("Add a caller. Prints its API key, once; with a certificate name it gets none.")
    .argument("<name>")
    .requiredOption("--file <path>", "the callers file")
    .addOption(listOption("--role <role>", `the RPCs it may call: ${roles}`))
    .addOption(listOption("--rpc <name>", "RPCs it may call, one by one"))
    .addOption(
      listOption("--grant <pattern>", "permissions it may grant, exact or with a trailing *"),
    )
    .addOption(new Option("--grant-user <pattern>", "user ids it may issue for (default: *)"))
    .addOption(
      new Option("--grant-hours <hours>", "longest lifetime it may issue (default: 24)").argParser(
        decimalIn(1e-6, 8760),
      ),
    )
    .addOption(
      listOption(
        "--audience <pattern>",
        "audiences it may issue for, exact or with a trailing * (default: none)",
      ),
    )
    .option("--no-holder-refresh", "holders of the tokens that it issues may not refresh them")
    .option("--revoke-everything", "it may revoke every token at once, for an incident")
    .option("--rate <calls>", "calls a second", decimalIn(0.01, 1e6))
    .addOption(listOption("--spiffe <id>", "known by a client certificate with this SPIFFE id"))
    .addOption(listOption("--dns <name>", "known by a client certificate with this DNS name"))
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<AddOptions>();
      const key = options.spiffe || options.dns ? undefined : generateApiKey();
      const entry = checkedEntry(name, options, key);
      await editEntries(options.file, (entries) => {
        const isTaken = entries.some((other) => other?.name === name);
        if (isTaken) throw new Error(`there is a caller ${name} already`);
        entries.push(entry);
      });
      if (entry.rpcs.includes("GenerateToken") && !entry.grants) {
        printNote(`${name} may issue nothing yet: --grant names the permissions it may grant`);
      }
      if (key) printValue(key, { name, apiKey: key }, options);
    });
}

/** The entry that the command line asks for. @throws UsageError when it breaks a rule. */
function checkedEntry(name: string, options: AddOptions, key: string | undefined): CallerEntry {
  const {
    grant,
    grantUser,
    grantHours,
    audience,
    holderRefresh,
    revokeEverything,
    rate,
    spiffe = [],
    dns = [],
  } = options;
  const unknown = options.role?.find((role) => !Object.hasOwn(ROLES, role));
  if (unknown !== undefined) {
    throw new UsageError(`--role ${unknown} is not one of ${Object.keys(ROLES).join(", ")}`);
  }
  const ofRoles = (options.role ?? []).flatMap((role) => ROLES[role] ?? []);
  const rpcs = [...new Set([...ofRoles, ...(options.rpc ?? [])])];
  if (rpcs.length === 0) throw new UsageError("--role or --rpc must say what it may call");
  if (!grant && (grantUser !== undefined || grantHours !== undefined || audience)) {
    throw new UsageError("--grant-user, --grant-hours and --audience need --grant");
  }
  const certificates = [
    ...spiffe.map((spiffe_id) => ({ spiffe_id })),
    ...dns.map((dns_name) => ({ dns_name })),
  ];
  const entry = {
    name,
    ...(key && { api_keys: [newApiKey(key)] }),
    ...(certificates.length > 0 && { certificates }),
    rpcs,
    ...(grant && {
      grants: {
        permissions: grant,
        user_id: grantUser ?? "*",
        max_expires_in_hours: grantHours ?? DEFAULT_GRANT_HOURS,
        ...(audience && { audiences: audience }),
      },
    }),
    ...(!holderRefresh && { holder_refresh: false }),
    ...(revokeEverything && { revoke_everything: true }),
    ...(rate !== undefined && { calls_per_second: rate }),
  };
  try {
    parseCallers(JSON.stringify({ callers: [entry] }));
  } catch (error) {
    throw new UsageError((error as Error).message.replaceAll("callers[0].", ""));
  }
  return entry;
}

/** What the file keeps of a key. */
export function newApiKey(key: string): { sha256: string; created_at: string } {
  return { sha256: digestApiKey(key), created_at: new Date().toISOString() };
}
