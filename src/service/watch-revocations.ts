/** WatchRevocations: the feed, until the watcher leaves, or may not watch any more. */
import { create, type MessageInitShape, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { Code, type ConnectError, type HandlerContext } from "@connectrpc/connect";
import {
  type WatchRevocationsRequestSchema,
  WatchRevocationsResponse_CheckpointSchema,
  type WatchRevocationsResponseSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { Duration } from "../core/index.js";
import {
  type FeedEvent,
  TooManyWatchersError,
  WatcherTooSlowError,
} from "../revocation/register.js";
import { type Call, callerError } from "./call.js";
import { toDuration } from "./convert.js";
import { ProtoWriter } from "./proto-writer.js";
import { iterate, type Pulled } from "./pulled.js";
import { pageToBinary } from "./revocation-answers.js";
import { toCheckpoint, toWatchResponse } from "./revocation-convert.js";
import { type RevocationDeps, requireEnabled } from "./revocation-rpcs.js";
import { noRoom } from "./try-later.js";

type Request = MessageShape<typeof WatchRevocationsRequestSchema>;
type Checkpoint = Extract<FeedEvent, { readonly kind: "CHECKPOINT" }>;

const MILLIS_PER_SECOND = 1_000;
const MICROS_PER_MILLI = 1_000;
/** `WatchRevocationsResponse.checkpoint`, and its `uptime`. */
const CHECKPOINT_FIELD = 3;
const UPTIME_FIELD = 4;

/** The feed as messages. @throws TokenError, ConnectError */
export async function* watchRevocations(
  deps: RevocationDeps,
  request: Request,
  call: Call | undefined,
  { signal }: HandlerContext,
): AsyncGenerator<MessageInitShape<typeof WatchRevocationsResponseSchema>> {
  const open = (wake: () => void) => openFeed(deps, request, call, wake);
  const startedAt = performance.now();
  for await (const event of iterate(open, signal)) {
    if (event.kind !== "CHECKPOINT") yield toWatchResponse(event);
    else {
      const uptime = toDuration(since(startedAt));
      const value = { ...toCheckpoint(event, keyIds(deps)), uptime };
      yield { event: { case: "checkpoint", value } };
    }
  }
}

/**
 * The feed as messages in binary, each behind `reserve` bytes for framing. An event is encoded once for all
 * who stand at the same place; a checkpoint then gets the time of each stream.
 *
 * @throws TokenError, ConnectError, and so does `next`
 */
export function pullRevocations(
  deps: RevocationDeps,
  request: Request,
  call: Call | undefined,
  wake: () => void,
  reserve: number,
): Pulled<Uint8Array> {
  const feed = openFeed(deps, request, call, wake);
  const startedAt = performance.now();
  return {
    next() {
      const event = feed.next();
      if (event?.kind !== "CHECKPOINT") return event && encode(event, reserve);
      return encodeCheckpoint(event, deps, since(startedAt), reserve);
    },
    close: () => feed.close(),
  };
}

function openFeed(
  { register }: RevocationDeps,
  { cursor }: Request,
  call: Call | undefined,
  wake: () => void,
): Pulled<FeedEvent> {
  requireEnabled(register, "");
  try {
    const feed = register.watch(cursor, wake, nameOf(call));
    return { next: () => nextOf(feed, call), close: () => feed.close() };
  } catch (error) {
    if (!(error instanceof TooManyWatchersError)) throw error;
    throw noRoom(`too many watchers: ${error.message}`);
  }
}

/** The caller's name; undefined where the server knows no callers, and everyone has the same one. */
function nameOf(call: Call | undefined): string | undefined {
  return call?.caller.rpcs && call.caller.name;
}

function nextOf(feed: Pulled<FeedEvent>, call: Call | undefined): FeedEvent | undefined {
  try {
    const event = feed.next();
    if (event && call?.current && call.current() === undefined) throw mayNotWatch();
    return event;
  } catch (error) {
    if (!(error instanceof WatcherTooSlowError)) throw error;
    throw noRoom("the watcher does not read in time");
  }
}

/** By event: the feed gives all who stand at the same place the same one. Snapshots are a watcher's own. */
const encoded = new WeakMap<FeedEvent, Uint8Array>();
const writer = new ProtoWriter();

function encode(event: Exclude<FeedEvent, Checkpoint>, reserve: number): Uint8Array {
  const known = encoded.get(event);
  if (known !== undefined) return known;
  const bytes = pageToBinary(event, reserve);
  if (event.kind !== "SNAPSHOT") encoded.set(event, bytes);
  return bytes;
}

function encodeCheckpoint(
  event: Checkpoint,
  deps: RevocationDeps,
  uptime: Duration,
  reserve: number,
): Uint8Array {
  let fields = encoded.get(event);
  if (fields === undefined) {
    const schema = WatchRevocationsResponse_CheckpointSchema;
    fields = toBinary(schema, create(schema, toCheckpoint(event, keyIds(deps))));
    encoded.set(event, fields);
  }
  writer.start();
  const checkpoint = writer.open(CHECKPOINT_FIELD);
  writer.fields(fields);
  writer.duration(UPTIME_FIELD, uptime);
  writer.close(checkpoint);
  return writer.finish(reserve);
}

/** The time since an instant of `performance.now()`, rounded down. */
function since(startedAt: number): Duration {
  const millis = performance.now() - startedAt;
  const seconds = Math.floor(millis / MILLIS_PER_SECOND);
  const rest = millis - seconds * MILLIS_PER_SECOND;
  return new Duration(seconds, Math.floor(rest * MICROS_PER_MILLI));
}

/** The keys of valid tokens, which a checkpoint names. */
function keyIds({ manager }: RevocationDeps): string[] {
  return manager.exportConfig().keys.map(({ keyId }) => keyId);
}

function mayNotWatch(): ConnectError {
  const text = "the caller may not call WatchRevocations any more";
  return callerError("RPC_NOT_ALLOWED", Code.PermissionDenied, text);
}
