/** Clients that take back what they ask for in the same breath: nothing of it may end the process. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import { FLAG, frame, headerBlock, number32, PREFACE, TYPE } from "../attack/frames.js";
import { type RunningServer, startTestServer } from "../support/server.js";
import { envelope } from "./adapter/support.js";

const lines: string[] = [];
const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });
const ISSUE = "/securetoken.v1.TokenService/GenerateToken";
const ALICE = envelope(Buffer.from("0a05616c696365", "hex"));
const NO_ERROR = 0;
const INTERNAL_ERROR = 2;
const CANCEL = 8;

/** What the audit says of one stream that carries these frames, all but the connection's own in one packet, or `atOnce` all of them. */
async function outcomesOf(
  url: string,
  type: string,
  code: number,
  atOnce: boolean,
  more: Record<string, string> = {},
) {
  lines.length = 0;
  const head = {
    ":method": "POST",
    ":scheme": "http",
    ":path": ISSUE,
    ":authority": "x",
    "content-type": type,
    ...more,
  };
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  const start = Buffer.concat([PREFACE, frame(TYPE.settings, 0, 0, Buffer.alloc(0))]);
  const call = Buffer.concat([
    frame(TYPE.headers, FLAG.endHeaders, 1, headerBlock(head)),
    frame(TYPE.data, 0, 1, ALICE),
    frame(TYPE.reset, 0, 1, number32(code)),
  ]);
  if (atOnce) {
    socket.write(Buffer.concat([start, call]));
  } else {
    socket.write(start);
    await pause(30);
    socket.write(call);
  }
  await pause(100);
  socket.destroy();
  await pause(30);
  return lines.map((line) => JSON.parse(line).outcome as string);
}

for (const unaryAdapter of [true, false]) {
  describe(`a stream reset in the packet that opens it, short way ${unaryAdapter ? "on" : "off"}`, () => {
    let server: RunningServer;
    before(async () => {
      server = await startTestServer({ logger, unaryAdapter });
    });
    after(() => server.close());

    for (const code of [NO_ERROR, INTERNAL_ERROR, CANCEL]) {
      it(`with code ${code} is no call that was answered, and no fault of the server`, async () => {
        for (const atOnce of [true, false]) {
          const outcomes = await outcomesOf(server.url, "application/grpc", code, atOnce);
          assert.equal(outcomes.length, 1);
          assert.ok(
            outcomes.every((outcome) => ["Canceled", "Unknown"].includes(outcome)),
            `${outcomes}`,
          );
        }
      });

      it(`with code ${code} and Expect: the server lives on`, async () => {
        for (const type of ["text/plain", "application/grpc"]) {
          for (const atOnce of [true, false]) {
            await outcomesOf(server.url, type, code, atOnce, { expect: "100-continue" });
          }
        }
        const answer = await fetch(server.url + ISSUE, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: '{"userId":"ada"}',
        });
        assert.equal(answer.status, 200);
      });
    }
  });
}
