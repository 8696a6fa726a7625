import type { Command } from "commander";
import { type CallerEntry, parseCallers } from "../../server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../server/callers/credentials.js";
import { decimalIn } from "../numbers.js";
import { printNote, printValue } from "../output.js";
import { listOption, UsageError } from "../usage.js";
import { editEntries } from "./callers-edit.js";
import { addRowOptions, grantsOf, type RowOptions, rpcsOf } from "./row-options.js";

interface AddOptions extends RowOptions {
  readonly file: string;
  readonly json?: boolean;
  readonly holderRefresh: boolean;
  readonly revokeEverything?: boolean;
  readonly rate?: number;
  readonly spiffe?: string[];
  readonly dns?: string[];
}

/** `secure-token callers add <name>`: prints the new API key, once. */
export function addCallersAdd(callers: Command): void {
  const add = callers
    .command("add")
    .description("Add a caller. Prints its API key, once; with a certificate name it gets none.")
    .argument("<name>")
    .requiredOption("--file <path>", "the callers file");
  addRowOptions(add)
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
  const { holderRefresh, revokeEverything, rate, spiffe = [], dns = [] } = options;
  const rpcs = rpcsOf(options);
  if (rpcs.length === 0) throw new UsageError("--role or --rpc must say what it may call");
  const grants = grantsOf(options);
  const certificates = [
    ...spiffe.map((spiffe_id) => ({ spiffe_id })),
    ...dns.map((dns_name) => ({ dns_name })),
  ];
  const entry = {
    name,
    ...(key && { api_keys: [newApiKey(key)] }),
    ...(certificates.length > 0 && { certificates }),
    rpcs,
    ...(grants && { grants }),
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
