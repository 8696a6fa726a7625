/** The feed in binary: what is encoded once is, for each who watches, the message that it stands for. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import {
  WatchRevocationsRequestSchema,
  WatchRevocationsResponse_CheckpointSchema,
  WatchRevocationsResponseSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { type FeedEvent, NO_REGISTER } from "../../src/revocation/register.js";
import { toCheckpoint, toWatchResponse } from "../../src/service/revocation-convert.js";
import { pullRevocations } from "../../src/service/watch-revocations.js";
import { fixedManager } from "../support/fixed-manager.js";
import { NOON, tokenEntry, userEntry } from "../support/revocation-entries.js";

const RESERVE = 5;

/** What watchers are sent of an event, each. */
async function encode(event: FeedEvent, watchers: number) {
  const manager = await fixedManager();
  const watch = () => ({ next: () => event, close: () => {} });
  const register = { ...NO_REGISTER, isEnabled: true, watch };
  const request = create(WatchRevocationsRequestSchema);
  const keyIds = manager.exportConfig().keys.map(({ keyId }) => keyId);
  const sent = Array.from({ length: watchers }, () => {
    const source = pullRevocations({ manager, register }, request, undefined, () => {}, RESERVE);
    return source.next() as Uint8Array;
  });
  return { sent, keyIds };
}

describe("the feed in binary", () => {
  for (const count of [0, 1, 1000]) {
    it(`is the message of ${count} entries and a cut-off, encoded once`, async () => {
      const entries = Array.from({ length: count }, (_, i) => tokenEntry(`t${i}`, { reason: "x" }));
      const revocations = [...entries, userEntry("ab".repeat(32), NOON)];
      const event = { kind: "CHANGES" as const, revocations };
      const expected = create(WatchRevocationsResponseSchema, toWatchResponse(event));
      const { sent } = await encode(event, 3);
      const [bytes] = sent;
      assert.equal(new Set(sent).size, 1);
      assert.deepEqual(
        fromBinary(
          WatchRevocationsResponseSchema,
          new Uint8Array(bytes as Uint8Array).subarray(RESERVE),
        ),
        expected,
      );
    });
  }

  it("is the checkpoint, its keys, and how long each stream has lasted", async () => {
    const event = { kind: "CHECKPOINT" as const, cursor: "feed.7", stalenessMs: 1_250 };
    const { sent, keyIds } = await encode(event, 3);
    assert.ok(keyIds.length > 0);
    for (const bytes of sent) {
      const message = bytes.subarray(RESERVE);
      const told = fromBinary(WatchRevocationsResponseSchema, message);
      const { uptime } = told.event.value as { uptime?: Duration };
      assert.ok(uptime && uptime.seconds >= 0n && uptime.nanos >= 0);
      const value = { ...toCheckpoint(event, keyIds), uptime };
      const expected = create(WatchRevocationsResponseSchema, {
        event: { case: "checkpoint", value },
      });
      assert.deepEqual(told, expected);
      assert.ok(Buffer.from(message).equals(toBinary(WatchRevocationsResponseSchema, expected)));
    }
  });

  it("counts the time of a stream from its own beginning", async () => {
    const event = { kind: "CHECKPOINT" as const, cursor: "feed.7", stalenessMs: 0 };
    const manager = await fixedManager();
    const watch = () => ({ next: () => event, close: () => {} });
    const register = { ...NO_REGISTER, isEnabled: true, watch };
    const request = create(WatchRevocationsRequestSchema);
    const open = () => pullRevocations({ manager, register }, request, undefined, () => {}, 0);
    const uptimeOf = (source: ReturnType<typeof open>) => {
      const { event } = fromBinary(WatchRevocationsResponseSchema, source.next() as Uint8Array);
      const { seconds = 0n, nanos = 0 } = (event.value as { uptime?: Duration }).uptime ?? {};
      return Number(seconds) * 1e9 + nanos;
    };
    const old = open();
    const first = uptimeOf(old);
    let lasted = first;
    while (lasted < first + 50e6) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      lasted = uptimeOf(old);
    }
    assert.ok(uptimeOf(open()) < lasted);
  });

  it("keeps no snapshot for others, since no two are alike", async () => {
    const event: FeedEvent = { kind: "SNAPSHOT", revocations: [], first: true, last: true };
    assert.equal(new Set((await encode(event, 2)).sent).size, 2);
  });

  it("leaves a server that knows nothing yet a checkpoint that can be sent", () => {
    const event = {
      kind: "CHECKPOINT" as const,
      cursor: "c",
      stalenessMs: Number.POSITIVE_INFINITY,
    };
    const schema = WatchRevocationsResponse_CheckpointSchema;
    assert.ok(toBinary(schema, create(schema, toCheckpoint(event, []))).length > 0);
  });
});
