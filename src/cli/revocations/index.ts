/** `secure-token revocations …`: what is revoked, on a server and in a DATA_DIR. */
import { createInterface } from "node:readline";
import type { Command } from "commander";
import type { Revocation, RevocationEvent } from "../../client/revocations.js";
import { printable, printableJson } from "../../server/printable.js";
import {
  exportEntries,
  importEntries,
  POSTGRES_SCHEMA,
  postgresGrants,
} from "../../server/revocation-files.js";
import { printNote, printResult } from "../output.js";
import { followRevocations } from "./follow.js";
import { withServer } from "./server-only.js";

interface Options {
  readonly json?: boolean;
  readonly user?: string;
  readonly tokenId?: string;
  readonly dataDir: string;
  readonly role?: string;
}

/** Adds the group of commands. */
export function addRevocationsCommand(program: Command): void {
  const group = program.command("revocations").description("Look at what is revoked, and move it.");
  addList(group);
  addWatch(group);
  addFiles(group);
  group
    .command("schema")
    .description("The SQL that makes the tables of REVOCATION_LOG, for a server that must not.")
    .option("--role <name>", "the server's role, which is granted what it needs")
    .action((_: unknown, command: Command) => {
      const { role } = command.optsWithGlobals<Options>();
      process.stdout.write(POSTGRES_SCHEMA + (role === undefined ? "" : postgresGrants(role)));
    });
}

function addList(group: Command): void {
  group
    .command("list")
    .description("Every revocation in force, newest first, a line each.")
    .option("--user <id>", "only the cut-offs of this user")
    .option("--token-id <id>", "only the entry of this token")
    .action(async (_: unknown, command: Command) => {
      const { json, user: userId, tokenId } = command.optsWithGlobals<Options>();
      await withServer(command, async (client) => {
        for (let pageToken: string | undefined; pageToken !== ""; ) {
          const filter = { userId, tokenId, pageSize: 1000, pageToken };
          const page = await client.listRevocations(filter);
          for (const revocation of page.revocations) print(revocation, json);
          pageToken = page.nextPageToken;
        }
      });
    });
}

function addWatch(group: Command): void {
  group
    .command("watch")
    .description(
      "What is revoked, and what is being revoked, over restarts of the server, until interrupted.",
    )
    .action(async (_: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<Options>();
      await withServer(command, async (client) => {
        const events = followRevocations(client, (why) => printNote(`${why}: asking again`));
        for await (const event of events) printEvent(event, json);
      });
    });
}

function addFiles(group: Command): void {
  group
    .command("export")
    .description("The entries of a DATA_DIR whose server has ended, as lines of JSON.")
    .requiredOption("--data-dir <path>", "the DATA_DIR")
    .action(async (_: unknown, command: Command) => {
      const { dataDir } = command.optsWithGlobals<Options>();
      const entries = exportEntries(dataDir);
      let next = await entries.next();
      for (; !next.done; next = await entries.next()) process.stdout.write(`${next.value}\n`);
      if (next.value > 0) {
        printNote(`entries left out, since no token or session has their ids: ${next.value}`);
      }
    });
  group
    .command("import")
    .description("Add exported entries, from standard input, to a DATA_DIR whose server has ended.")
    .requiredOption("--data-dir <path>", "the DATA_DIR")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const entries = await importEntries(options.dataDir, linesOf(process.stdin));
      printResult({ entries }, options);
    });
}

/** Begins to read with the first line that is asked for: what is read before would be lost. */
async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}

function printEvent(event: RevocationEvent, json: boolean | undefined): void {
  if (event.kind === "snapshot" || event.kind === "changes") {
    for (const revocation of event.revocations) print(revocation, json);
  } else if (json && event.kind === "checkpoint") {
    process.stdout.write(
      `${printableJson({ checkpoint: event.cursor, staleness: event.staleness })}\n`,
    );
  }
}

function print(revocation: Revocation, json: boolean | undefined): void {
  const { userIdSha256, ...facts } = revocation;
  const user = userIdSha256 && Buffer.from(userIdSha256).toString("hex");
  if (json) {
    const all = { ...facts, ...(user !== undefined && { userIdSha256: user }) };
    process.stdout.write(`${printableJson(all)}\n`);
    return;
  }
  const { tokenId, sessionId, issuedBefore, expiresAt, revokedAt, reason } = facts;
  const target =
    tokenId !== undefined
      ? `token ${tokenId}`
      : sessionId !== undefined
        ? `session ${sessionId}`
        : `${user === undefined ? "everything" : `user ${user}`} issued until ${issuedBefore}`;
  const why = reason === "" ? "" : `: ${reason}`;
  process.stdout.write(`${revokedAt} ${printable(`${target}${why}`)} (until ${expiresAt})\n`);
}
