import type { Command } from "commander";
import type { CallerEntry } from "../../server/callers/callers-file.js";
import { printable, printableJson, printableList } from "../../server/printable.js";
import { readEntries } from "./callers-edit.js";

/** `secure-token callers list`: who may call what. Keys show as the start of their digest. */
export function addCallersList(callers: Command): void {
  callers
    .command("list")
    .description("List the callers: how each is known, what it may call and grant, how often.")
    .requiredOption("--file <path>", "the callers file")
    .action(async (_: unknown, command: Command) => {
      const { file, json } = command.optsWithGlobals<{ file: string; json: boolean }>();
      const { entries, revision } = await readEntries(file);
      process.stdout.write(
        json
          ? `${printableJson({ callers: entries, revision })}\n`
          : entries.map((entry) => `${lineOf(entry)}\n`).join(""),
      );
    });
}

function lineOf(entry: CallerEntry): string {
  const { name, rpcs, api_keys = [], certificates = [], grants, calls_per_second: rate } = entry;
  const keys = api_keys.map(({ sha256 }) => `key ${sha256.slice(0, 8)}`);
  const names = certificates.map((one) => printable(one.spiffe_id ?? one.dns_name ?? ""));
  const facts = [[...keys, ...names].join(", "), rpcs.join(" ")];
  if (grants) {
    const { permissions, user_id: userId, max_expires_in_hours: hours, audiences = [] } = grants;
    const users = userId === "*" ? "any user" : `users ${printableList([userId])}`;
    facts.push(`grants ${printableList(permissions)} to ${users} for at most ${hours} h`);
    if (audiences.length > 0) facts.push(`for audiences ${printableList(audiences)}`);
  } else if (rpcs.includes("GenerateToken")) facts.push("grants nothing");
  if (entry.holder_refresh === false) facts.push("holders may not refresh");
  if (entry.revoke_everything) facts.push("may revoke everything");
  if (rate !== undefined) facts.push(`${rate} calls/s`);
  return `${name}: ${facts.join("; ")}`;
}
