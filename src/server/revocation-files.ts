/** The entries of a DATA_DIR whose server has ended, as lines of JSON: to move, merge and look at them. */
import { type Revocation, systemClock } from "../core/index.js";
import { CLOCK_SKEW } from "../core/issue-times.js";
import { KEEP_MICROS } from "../revocation/authority.js";
import {
  hitsNothing,
  parseEntryText,
  toEntryText,
  writeFaultOf,
} from "../revocation/entry-text.js";
import { openLevelStore } from "../revocation/store/level-store.js";
import { type RevocationStore, StoreError } from "../revocation/store/store.js";
import { hasStore } from "../revocation/store/store-folder.js";

export { POSTGRES_SCHEMA, postgresGrants } from "../revocation/log/postgres-schema.js";

/** How many lines are written to the store at once. */
const BATCH = 1000;

/**
 * Gives a line for every entry that is in force, or expired less than an hour ago: the clock may be ahead. Entries that hit
 * nothing, which servers pass over, have none: no import would take them.
 * @returns how many those were
 * @throws StoreError when the folder holds none, cannot be used, or belongs to a server that runs.
 */
export async function* exportEntries(dataDir: string): AsyncGenerator<string, number> {
  if (!(await hasStore(dataDir))) throw new StoreError(`${dataDir} holds no revocations`);
  const store = await openLevelStore(dataDir);
  let passedOver = 0;
  try {
    for await (const page of store.load(systemClock() - KEEP_MICROS)) {
      const kept = page.filter((entry) => !hitsNothing(entry));
      passedOver += page.length - kept.length;
      yield* kept.map(toEntryText);
    }
    return passedOver;
  } finally {
    await store.close();
  }
}

/**
 * Adds the entries of lines that `exportEntries` gave; what is there stays. A byte order mark and blank
 * lines are passed over. The answer tells how many entries there were.
 * @throws StoreError as above; Error naming the first line that is no entry, or that breaks a rule: those
 * before it are kept.
 */
export async function importEntries(
  dataDir: string,
  lines: AsyncIterable<string>,
): Promise<number> {
  const store = await openLevelStore(dataDir);
  try {
    return await appendLines(store, lines);
  } finally {
    await store.close();
  }
}

async function appendLines(store: RevocationStore, lines: AsyncIterable<string>): Promise<number> {
  let batch: Revocation[] = [];
  let number = 0;
  let entries = 0;
  for await (const line of lines) {
    const text = ++number === 1 ? line.replace(/^\ufeff/, "") : line;
    if (text.trim() === "") continue;
    const entry = parseEntryText(text);
    const fault = entry ? importFaultOf(entry) : "it is no revocation";
    if (entry && fault === undefined) batch.push(entry);
    if (fault !== undefined || batch.length === BATCH) {
      await store.append(batch);
      entries += batch.length;
      batch = [];
    }
    if (fault !== undefined) throw new Error(`line ${number}: ${fault}`);
  }
  await store.append(batch);
  return entries + batch.length;
}

/** The rule that an entry breaks; undefined for none. A cut-off of the future would keep everybody out. */
function importFaultOf(entry: Revocation): string | undefined {
  const isFuture = entry.issuedBefore > systemClock() + CLOCK_SKEW;
  return writeFaultOf(entry) ?? (isFuture ? "issuedBefore must not be later than now" : undefined);
}
