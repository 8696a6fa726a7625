/** Events that no server of this protocol sends, by the words that name them in `watch.json`. */
import {
  type Message as AnyMessage,
  create,
  fromJson,
  type JsonObject,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import {
  RevocationSchema,
  type WatchRevocationsResponse,
  WatchRevocationsResponseSchema,
} from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";

type Message = WatchRevocationsResponse;
/** Of a google.protobuf.Duration, which may be none by its own rules. */
type Length = { seconds?: bigint; nanos?: number };
type Entry = MessageInitShape<typeof RevocationSchema>;

const EXPIRES_AT = "2031-01-01T00:00:00Z";
const ISSUED_BEFORE = "2030-01-02T03:04:05Z";
/** Of the longest google.protobuf.Duration, and the last second of the year 9999. */
const MAX_DURATION_SECONDS = 315_576_000_000n;
const MAX_TIMESTAMP_SECONDS = 253_402_300_799n;
/** Numbers of fields that a newer server may have, and this protocol has not. */
const NEWER_FIELD = 500;
/** `WatchRevocationsResponse.changes`. */
const CHANGES_FIELD = 2;

const hash = (length: number) => Buffer.alloc(length, 7).toString("base64");

const EVENTS: Readonly<Record<string, () => Message>> = {
  "an event of no kind": () => event({}),
  "an event of a kind of a newer server": () => unknown(event({}), NEWER_FIELD, [0]),
  "bytes that are no message": () => unknown(event({}), CHANGES_FIELD, [3, 0xff, 0xff, 0xff]),
  "a page that is not the first": () => event({ snapshot: { last: true } }),
  changes: () => event({ changes: {} }),
  "a hash of 31 bytes": () => change({ userIdSha256: hash(31), issuedBefore: ISSUED_BEFORE }),
  "a hash of 33 bytes": () => change({ userIdSha256: hash(33), issuedBefore: ISSUED_BEFORE }),
  "a hash of no bytes": () => change({ userIdSha256: "", issuedBefore: ISSUED_BEFORE }),
  "a revocation of nothing": () => change({}),
  "a revocation of a newer server's kind": () =>
    changeOf(unknown(create(RevocationSchema, { expiresAt: expiry() }), NEWER_FIELD, [0])),
  "a revocation of not everything": () =>
    change({ everything: false, issuedBefore: ISSUED_BEFORE }),
  "a token without an id": () => change({ tokenId: "" }),
  "a session without an id": () => change({ sessionId: "" }),
  "a revocation without an end": () => changeOf({ target: { case: "tokenId", value: "id-9" } }),
  "a revocation that ends after the year 9999": () =>
    changeOf({
      target: { case: "tokenId", value: "id-9" },
      expiresAt: { seconds: MAX_TIMESTAMP_SECONDS + 1n },
    }),
  "a cut-off of a user without its instant": () => change({ userIdSha256: hash(32) }),
  "a cut-off of everything without its instant": () => change({ everything: true }),
  "a cut-off whose instant is none": () =>
    changeOf({
      target: { case: "everything", value: true },
      issuedBefore: { seconds: 0n, nanos: -1 },
      expiresAt: expiry(),
    }),
  "a checkpoint": () => checkpoint({ seconds: 0n }),
  "a checkpoint without a staleness": () => checkpoint(undefined),
  "a staleness of -1 s": () => checkpoint({ seconds: -1n }),
  "a staleness of -1 ns": () => checkpoint({ nanos: -1 }),
  "a staleness of two signs": () => checkpoint({ seconds: 1n, nanos: -1 }),
  "a staleness of 10^9 ns": () => checkpoint({ nanos: 1_000_000_000 }),
  "a staleness of more than 10,000 years": () => checkpoint({ seconds: MAX_DURATION_SECONDS + 1n }),
  "an uptime of -1 s": () => uptime({ seconds: -1n }),
  "an uptime of -1 ns": () => uptime({ nanos: -1 }),
  "an uptime of 10^9 ns": () => uptime({ nanos: 1_000_000_000 }),
  "an uptime of more than 10,000 years": () => uptime({ seconds: MAX_DURATION_SECONDS + 1n }),
  "a cursor of 257 characters": () => checkpoint({ seconds: 0n }, "c".repeat(257)),
};

/** The event of that name. */
export function malformedEvent(name: string): Message {
  const make = EVENTS[name];
  if (make === undefined) throw new Error(`no malformed event is named "${name}"`);
  return make();
}

function event(json: JsonObject): Message {
  return fromJson(WatchRevocationsResponseSchema, json);
}

function change(entry: JsonObject): Message {
  return event({ changes: { revocations: [{ expiresAt: EXPIRES_AT, ...entry }] } });
}

/** For what protojson refuses to read. */
function changeOf(entry: Entry): Message {
  const value = { revocations: [entry] };
  return create(WatchRevocationsResponseSchema, { event: { case: "changes", value } });
}

function uptime(length: Length): Message {
  return checkpoint({ seconds: 0n }, "c9", length);
}

function checkpoint(staleness: Length | undefined, cursor = "c9", uptime?: Length): Message {
  const told = { ...(staleness && { staleness }), ...(uptime && { uptime }) };
  const value = { cursor, keyIds: ["key-0", "key-1"], ...told };
  return create(WatchRevocationsResponseSchema, { event: { case: "checkpoint", value } });
}

function expiry() {
  return { seconds: BigInt(Date.parse(EXPIRES_AT) / 1000) };
}

/** The message with a field of these bytes, their length first. */
function unknown<T extends AnyMessage>(message: T, no: number, data: number[]): T {
  message.$unknown = [{ no, wireType: WireType.LengthDelimited, data: Uint8Array.from(data) }];
  return message;
}
