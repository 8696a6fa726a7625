/** Events of the feed that are encoded once are the messages that they stand for. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { WatchRevocationsResponseSchema } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { FeedEvent } from "../../src/revocation/register.js";
import { toWatchResponse } from "../../src/service/revocation-convert.js";
import { toSharedEvent } from "../../src/service/shared-events.js";
import { NOON, tokenEntry, userEntry } from "../support/revocation-entries.js";

describe("shared events", () => {
  for (const count of [0, 1, 1000]) {
    it(`read as the message of ${count} entries and a cut-off, for each who watches`, () => {
      const entries = Array.from({ length: count }, (_, i) => tokenEntry(`t${i}`, { reason: "x" }));
      const revocations = [...entries, userEntry("ab".repeat(32), NOON)];
      const event = { kind: "CHANGES" as const, revocations };
      const expected = create(WatchRevocationsResponseSchema, toWatchResponse(event, []));
      for (let watcher = 0; watcher < 2; watcher++) {
        const message = toSharedEvent(event, () => []);
        const bytes: Uint8Array = toBinary(WatchRevocationsResponseSchema, message);
        assert.deepEqual(fromBinary(WatchRevocationsResponseSchema, bytes), expected);
      }
    });
  }

  it("read as the checkpoint and its keys, for each who watches", () => {
    const event = { kind: "CHECKPOINT" as const, cursor: "feed.7", stalenessMs: 1_250 };
    const expected = create(WatchRevocationsResponseSchema, toWatchResponse(event, ["k1", "k2"]));
    for (let watcher = 0; watcher < 2; watcher++) {
      const message = toSharedEvent(event, () => ["k1", "k2"]);
      const bytes: Uint8Array = toBinary(WatchRevocationsResponseSchema, message);
      assert.deepEqual(fromBinary(WatchRevocationsResponseSchema, bytes), expected);
    }
  });

  it("leave a server that knows nothing yet a checkpoint that can be sent", () => {
    const event: FeedEvent = {
      kind: "CHECKPOINT",
      cursor: "c",
      stalenessMs: Number.POSITIVE_INFINITY,
    };
    const message = create(WatchRevocationsResponseSchema, toWatchResponse(event, []));
    assert.ok(toBinary(WatchRevocationsResponseSchema, message).length > 0);
  });
});
