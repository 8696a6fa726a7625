/** WatchRevocations: the feed, until the watcher leaves, or may not watch any more. */
import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { Code, type ConnectError, type HandlerContext } from "@connectrpc/connect";
import {
  type WatchRevocationsRequestSchema,
  WatchRevocationsResponseSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import {
  type FeedEvent,
  TooManyWatchersError,
  WatcherTooSlowError,
} from "../revocation/register.js";
import { throughMessage } from "./answers.js";
import { type Call, callerError } from "./call.js";
import { iterate, type Pulled } from "./pulled.js";
import { toWatchResponse } from "./revocation-convert.js";
import { type RevocationDeps, requireEnabled } from "./revocation-rpcs.js";
import { noRoom } from "./try-later.js";

type Request = MessageShape<typeof WatchRevocationsRequestSchema>;

/** The feed as messages. @throws TokenError, ConnectError */
export async function* watchRevocations(
  deps: RevocationDeps,
  request: Request,
  call: Call | undefined,
  { signal }: HandlerContext,
): AsyncGenerator<MessageInitShape<typeof WatchRevocationsResponseSchema>> {
  const open = (wake: () => void) => openFeed(deps, request, call, wake);
  for await (const event of iterate(open, signal)) yield toWatchResponse(event, keyIds(deps));
}

/**
 * The feed as messages in binary, each behind `reserve` bytes for framing. All who stand at the same place
 * are given the same bytes, encoded once.
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
  return {
    next() {
      const event = feed.next();
      return event && encode(event, deps, reserve);
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
const eventAnswer = throughMessage(
  WatchRevocationsResponseSchema,
  (message: MessageInitShape<typeof WatchRevocationsResponseSchema>) => message,
);

function encode(event: FeedEvent, deps: RevocationDeps, reserve: number): Uint8Array {
  const known = encoded.get(event);
  if (known !== undefined) return known;
  const message = toWatchResponse(event, event.kind === "CHECKPOINT" ? keyIds(deps) : []);
  const bytes = eventAnswer.toBinary(message, reserve);
  if (event.kind !== "SNAPSHOT") encoded.set(event, bytes);
  return bytes;
}

/** The keys of valid tokens, which a checkpoint names. */
function keyIds({ manager }: RevocationDeps): string[] {
  return manager.exportConfig().keys.map(({ keyId }) => keyId);
}

function mayNotWatch(): ConnectError {
  const text = "the caller may not call WatchRevocations any more";
  return callerError("RPC_NOT_ALLOWED", Code.PermissionDenied, text);
}
