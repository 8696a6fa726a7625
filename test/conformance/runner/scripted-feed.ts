/** A feed that says what a script says, as a server would: a cursor that it gave is gone on from. */
import { createHash } from "node:crypto";
import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { type Code, ConnectError } from "@connectrpc/connect";
import {
  RevocationSchema,
  type WatchRevocationsResponse,
  WatchRevocationsResponseSchema,
} from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { FeedEvent } from "../suite/watch.js";
import { malformedEvent } from "./malformed-events.js";

/** The most entries of a page or of a change. */
const MAX_PAGE = 1_000;
/** How often a feed says that nothing has changed, in milliseconds, so that no verifier takes it for dead. */
const PULSE_MS = 500;
/** When the entries of scripts end, unless they say so. */
const EXPIRES_AT = "2031-01-01T00:00:00Z";

type Message = WatchRevocationsResponse;

/** One stream that is open. */
interface Stream {
  readonly cursor: string;
  readonly waiting: (Message | Error | undefined)[];
  wake(): void;
}

/** The scripted feed of one case. */
export class ScriptedFeed {
  /** The cursors of all streams so far, in order. */
  readonly cursors: string[] = [];
  /** The code that a stream is refused with; unset: it is served. */
  refusal: Code | undefined;
  /** Whether a stream says nothing but what the script says. */
  isQuiet = false;
  readonly #streams = new Set<Stream>();
  #told: Message[] = [];
  #cursor: string | undefined;

  /** Says an event to all streams, now and when they come again without a cursor. */
  send(event: FeedEvent): void {
    for (const message of toMessages(event)) {
      if (message.event.case === "snapshot" && message.event.value.first) this.#told = [];
      if (message.event.case === "checkpoint") this.#cursor = message.event.value.cursor;
      this.#told.push(message);
      this.#push(message);
    }
  }

  /** Ends all streams: in order, or with an error. */
  end(error?: Error): void {
    this.#push(error);
  }

  /** From now on the cursor is one that this server does not know, and nothing has been said. */
  reset(): void {
    this.#told = [];
    this.#cursor = undefined;
  }

  /** A stream. */
  async *watch(cursor: string, signal: AbortSignal): AsyncGenerator<Message> {
    this.cursors.push(cursor);
    if (this.refusal !== undefined) throw new ConnectError("not for you", this.refusal);
    const isKnown = cursor !== "" && cursor === this.#cursor;
    let wake = () => {};
    const stream: Stream = { cursor, waiting: isKnown ? [] : [...this.#told], wake: () => wake() };
    this.#streams.add(stream);
    const pulse = setInterval(() => this.#pulse(stream), PULSE_MS).unref();
    const stop = () => stream.wake();
    signal.addEventListener("abort", stop);
    try {
      while (!signal.aborted) {
        if (stream.waiting.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        const next = stream.waiting.shift();
        if (next === undefined) return;
        if (next instanceof Error) throw next;
        yield next;
      }
    } finally {
      clearInterval(pulse);
      signal.removeEventListener("abort", stop);
      this.#streams.delete(stream);
    }
  }

  #pulse(stream: Stream): void {
    // Before a snapshot has begun, changes would be a fault.
    if (this.isQuiet || this.#told.length === 0) return;
    stream.waiting.push(toMessage({ changes: {} }));
    stream.wake();
  }

  #push(message: Message | Error | undefined): void {
    for (const stream of this.#streams) {
      stream.waiting.push(message);
      stream.wake();
    }
  }
}

function toMessages(event: FeedEvent): Message[] {
  if ("malformed" in event) return [malformedEvent(event.malformed)];
  if ("checkpoint" in event) return [toMessage({ checkpoint: event.checkpoint })];
  if ("changes" in event) {
    return [toMessage({ changes: { revocations: event.changes.map(toRevocation) } })];
  }
  const { first = false, last = false, revocations = [], fill = 0 } = event.snapshot;
  const page = { first, last: last && fill === 0, revocations: revocations.map(toRevocation) };
  const messages = [toMessage({ snapshot: page })];
  for (let made = 0; made < fill; made += MAX_PAGE) {
    const count = Math.min(MAX_PAGE, fill - made);
    const entries = Array.from({ length: count }, (_, i) => ({
      tokenId: `nobodys-${made + i}`,
      expiresAt: EXPIRES_AT,
    }));
    const isLast = last && made + count === fill;
    messages.push(toMessage({ snapshot: { last: isLast, revocations: entries } }));
  }
  return messages;
}

function toRevocation(entry: object): JsonObject {
  const { user, ...rest } = entry as JsonObject;
  const target =
    typeof user === "string"
      ? { userIdSha256: createHash("sha256").update(user).digest("base64") }
      : {};
  const revocation = { expiresAt: EXPIRES_AT, ...rest, ...target };
  fromJson(RevocationSchema, revocation);
  return revocation;
}

function toMessage(json: JsonObject): Message {
  return fromJson(WatchRevocationsResponseSchema, json);
}
