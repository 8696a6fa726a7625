/** The shared log in Redis 7 or Valkey: a stream. */
import { randomBytes } from "node:crypto";
import type { Cluster, Redis } from "ioredis";
import type { Revocation } from "../../core/index.js";
import { fromEntryText, toEntryText } from "../entry-text.js";
import { LogCorruptError, type LogPage, READ_PAGE, type RevocationLog } from "./log.js";
import { openRedis, send } from "./redis-connection.js";
import { type RedisPosition, readPosition, writePosition } from "./redis-position.js";
import * as script from "./redis-scripts.js";
import { describeAddress, parseRedisUrl, type RedisAddress } from "./redis-url.js";

/** Bytes of a log's id. */
const ID_LENGTH = 12;

type RawEntry = [id: string, fields: [name: string, text: string]];
type RawPage = [string, string, string, number, number, RawEntry[]];

/** See `RevocationLog`. */
export class RedisLog implements RevocationLog {
  readonly name: string;
  readonly #address: RedisAddress;
  readonly #client: Redis | Cluster;
  #subscriber: Redis | Cluster | undefined;

  /** @param url see `parseRedisUrl`. @throws Error saying what is wrong with it */
  constructor(url: string) {
    this.#address = parseRedisUrl(url);
    this.name = describeAddress(this.#address);
    this.#client = openRedis(this.#address);
  }

  async append(revocations: readonly Revocation[], timeoutMs: number): Promise<void> {
    if (revocations.length === 0) return;
    const entries = revocations.map(toEntryText);
    const write = () =>
      this.#client.eval(script.APPEND, 1, script.STREAM, script.CHANNEL, ...entries);
    await send(this.#client, write, timeoutMs, false);
  }

  async read(position: string | undefined, timeoutMs: number): Promise<LogPage> {
    const from = position === undefined ? undefined : readPosition(position);
    const page = await this.#readPage(from?.entry ?? "-", timeoutMs);
    if (from !== undefined && isSameLog(from, page)) return toPage(from, page, false);
    // From the beginning, and told so where the reader was elsewhere.
    const all = from === undefined ? page : await this.#readPage("-", timeoutMs);
    return toPage(undefined, all, position !== undefined);
  }

  hasReached(position: string, end: string): boolean {
    const entry = readPosition(position)?.entry ?? "-";
    return entry !== "-" && !isBefore(entry, end);
  }

  onHint(listener: () => void): void {
    const subscriber = openRedis(this.#address);
    this.#subscriber = subscriber;
    subscriber.on("message", () => listener());
    // The library subscribes again after a reconnection by itself.
    subscriber.once("ready", () => {
      subscriber.subscribe(script.CHANNEL).catch(() => {});
    });
  }

  async *removeExpired(
    now: number,
    needless: readonly Revocation[],
    timeoutMs: number,
  ): AsyncGenerator<void, void> {
    const texts = new Set(needless.map(toEntryText));
    let from = "-";
    for (;;) {
      const [, , , , , entries] = await this.#readPage(from, timeoutMs);
      const last = entries.at(-1);
      if (last === undefined) return;
      const gone = entries.filter(
        (entry) => texts.has(entry[1][1]) || toRevocation(entry).expiresAt < now,
      );
      const ids = gone.map(([id]) => id);
      const remove = () => this.#client.eval(script.REMOVE, 2, script.STREAM, script.META, ...ids);
      if (ids.length > 0) await send(this.#client, remove, timeoutMs, false);
      if (entries.length < READ_PAGE) return;
      from = last[0];
      yield;
    }
  }

  async close(): Promise<void> {
    this.#client.disconnect();
    this.#subscriber?.disconnect();
  }

  #readPage(from: string, timeoutMs: number): Promise<RawPage> {
    const newId = randomBytes(ID_LENGTH).toString("base64url");
    const { STREAM, META, READ } = script;
    const read = () => this.#client.eval(READ, 2, STREAM, META, newId, from, READ_PAGE);
    return send(this.#client, read, timeoutMs, true) as Promise<RawPage>;
  }
}

/** Whether what was read follows a position: it is the same log, and nothing of it has gone but what expired. */
function isSameLog(
  from: RedisPosition,
  [logId, runId, lastId, foreign, isThere]: RawPage,
): boolean {
  // A backup can only be restored, and a replica only take over, with another run of the server.
  if (logId !== from.logId || runId !== from.runId || foreign !== from.foreign) return false;
  if (from.entry === "-") return true;
  if (isBefore(lastId, from.entry)) return false;
  // The entry is not there: cleaned away, or lost.
  return isThere > 0 || from.expiresAt < Date.now() * 1000;
}

function toPage(
  from: RedisPosition | undefined,
  [logId, runId, end, foreign, , entries]: RawPage,
  reset: boolean,
): LogPage {
  const revocations = entries.map(toRevocation);
  const expiresAt = revocations.at(-1)?.expiresAt ?? from?.expiresAt ?? 0;
  const entry = entries.at(-1)?.[0] ?? from?.entry ?? "-";
  return {
    revocations,
    position: writePosition({ logId, runId, foreign, entry, expiresAt }),
    end,
    caughtUp: entries.length < READ_PAGE,
    reset,
  };
}

function toRevocation([id, [, text]]: RawEntry): Revocation {
  const revocation = fromEntryText(text);
  if (!revocation) throw new LogCorruptError(`entry ${id} of the stream is none`);
  return revocation;
}

/** Ids are `milliseconds-sequence`. */
function isBefore(one: string, other: string): boolean {
  const [ms = "0", sequence = "0"] = one.split("-");
  const [otherMs = "0", otherSequence = "0"] = other.split("-");
  if (ms !== otherMs) return BigInt(ms) < BigInt(otherMs);
  return BigInt(sequence) < BigInt(otherSequence);
}
