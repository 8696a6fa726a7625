/** How many streams may be open that need no credential. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { MAX_WATCHERS } from "../../src/revocation/watcher-room.js";
import { originOf } from "../../src/server/authorize.js";
import { CallValues } from "../../src/server/call-values.js";
import { OPEN_STREAM_LIMITS, OpenStreams } from "../../src/server/open-streams.js";
import { DEFAULT_LIMITS } from "../../src/transport/limits.js";

const LIMITS = { perConnection: 2, perAddress: 3, inAll: 4 };
const isExhausted = (error: unknown) =>
  error instanceof ConnectError && error.code === Code.ResourceExhausted;

it("open streams are bounded for a connection, an address and in all, and give their room back", () => {
  const streams = new OpenStreams(LIMITS);
  const [one, two, three] = [{}, {}, {}];
  const first = streams.open({ connection: one, address: "a" });
  streams.open({ connection: one, address: "a" });
  assert.throws(() => streams.open({ connection: one, address: "a" }), isExhausted);
  streams.open({ connection: two, address: "a" });
  assert.throws(() => streams.open({ connection: two, address: "a" }), isExhausted);
  streams.open({ connection: three, address: "b" });
  assert.throws(() => streams.open({ connection: {}, address: "c" }), isExhausted);
  first();
  streams.open({ connection: {}, address: "c" });
});

it("open streams count an IPv6 network as one address, and IPv4 addresses one by one", () => {
  const caller = { name: "anonymous", isKnown: true };
  const openAs = (streams: OpenStreams) => (peer: string) =>
    streams.open(originOf(new CallValues({ caller, peer, startedAt: 0 })));
  const open = openAs(new OpenStreams(LIMITS));
  for (const peer of ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3"]) open(peer);
  assert.throws(() => open("2001:db8::4"), isExhausted);
  open("2001:db8:0:1::1");
  const openOne = openAs(new OpenStreams({ ...LIMITS, perAddress: 1 }));
  for (const peer of ["192.0.2.1", "192.0.2.2"]) openOne(peer);
});

it("all watchers, and all streams that need no credential, leave room for other calls", () => {
  assert.equal(DEFAULT_LIMITS.maxStreams, MAX_WATCHERS + OPEN_STREAM_LIMITS.inAll + 2_000);
});
