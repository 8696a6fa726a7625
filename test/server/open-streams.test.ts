/** How many streams may be open that need no credential. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { OpenStreams } from "../../src/server/open-streams.js";

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
