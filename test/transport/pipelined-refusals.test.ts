/** What is refused over HTTP/1.1 behind calls: their answers come first and whole, the refusal once, and then the end. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { after, before, beforeEach, describe, it } from "node:test";
import { DEFAULT_LIMITS } from "../../src/transport/limits.js";
import { createListener, type Listener } from "../../src/transport/listener.js";

const HOST = "Host: a\r\n";
const get = (path: string, fields = "") => `GET ${path} HTTP/1.1\r\n${HOST}${fields}\r\n`;

let listener: Listener;
let port: number;
const counted: number[] = [];
/** What was served behind a last answer. */
const served: string[] = [];
const held = new Map<string, ServerResponse>();
const arrivals = new EventEmitter();

before(async () => {
  listener = createListener({
    onStream: (stream) => stream.reset(0),
    /** `/held…` is answered when the test says so; of `/begun…` a part comes at once; all else is answered at once. */
    onRequest({ url = "" }, response) {
      if (/^\/(?:held|begun)/.test(url)) held.set(url, response);
      else response.end(url);
      if (url.startsWith("/begun")) response.write("part of ");
      arrivals.emit(url);
    },
    limits: DEFAULT_LIMITS,
    onRefused: (_, status) => counted.push(status),
  });
  ({ port } = await listener.listen(0, "127.0.0.1"));
});
after(() => listener.close(0));
beforeEach(() => {
  counted.splice(0);
  served.splice(0);
  held.clear();
});

/** What comes before on the same connection: the requests, and their answers. */
const BEFORE: readonly (readonly [name: string, paths: readonly string[], bodies: string[]])[] = [
  ["nothing", [], []],
  ["a slow call", ["/held/1"], ["/held/1"]],
  ["two slow calls", ["/held/1", "/held/2"], ["/held/1", "/held/2"]],
  ["an answer that has begun", ["/begun"], ["part of /begun"]],
  [
    "an answer that has begun and a slow call",
    ["/begun", "/held/2"],
    ["part of /begun", "/held/2"],
  ],
];

/** What is refused: what is sent, and the statuses that answer it. */
const REFUSED: readonly (readonly [name: string, sent: string, statuses: number[]])[] = [
  ["a malformed request", "nonsense\r\n\r\n", [400]],
  ["CONNECT", `CONNECT b:443 HTTP/1.1\r\n${HOST}\r\nfor the tunnel`, [501]],
  ["one header that is too large", get("/", `X: ${"x".repeat(20_000)}\r\n`), [429]],
  ["too many headers", get("/", "X-Header: y\r\n".repeat(2_000)), [429]],
  [
    "a body with a bad chunk",
    `POST /held/bad HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    [400],
  ],
  [
    "a body with a bad chunk that is answered already",
    `POST /early HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    [200],
  ],
  ["a request behind Connection: close", get("/last", "Connection: close\r\n") + get("/2"), [200]],
  ["nonsense behind Connection: close", `${get("/last", "Connection: close\r\n")}\0\r\n`, [200]],
  ["a request behind HTTP/1.0", `GET /last HTTP/1.0\r\n\r\n${get("/2")}`, [200]],
  [
    "a request behind an answer of HTTP/1.0 whose length is not known",
    `GET /begun/last HTTP/1.0\r\nConnection: keep-alive\r\n\r\n${get("/2")}`,
    [200],
  ],
  [
    "a request behind an answer of HTTP/1.0 that waits",
    `GET /held/last HTTP/1.0\r\nConnection: keep-alive\r\n\r\n${get("/2")}`,
    [200],
  ],
  [
    "a request behind an offered Upgrade",
    get("/last", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n") + get("/2"),
    [200],
  ],
  [
    "half a request behind an offered Upgrade",
    get("/last", "Connection: Upgrade\r\nUpgrade: h2c\r\n") + get("/2").slice(0, 10),
    [200],
  ],
];

describe("over HTTP/1.1", () => {
  for (const [what, sent, statuses] of REFUSED) {
    for (const [ahead, paths, bodies] of BEFORE) {
      it(`${what} is answered with ${statuses} behind ${ahead}`, async () => {
        const socket = connect(port, "127.0.0.1");
        const all = text(socket);
        arrivals.once("/2", () => served.push("/2"));
        const last = ["/held/last", "/begun/last"].find((path) => sent.includes(path));
        const lastArrived = last && once(arrivals, last);
        const arrived = paths.map((path) => once(arrivals, path));
        socket.write(paths.map((path) => get(path)).join("") + sent);
        await Promise.all(arrived);
        // By turns of the event loop, so that a refusal would come between.
        for (const path of paths) {
          await new Promise(setImmediate);
          held.get(path)?.end(path);
        }
        if (last !== undefined) {
          await lastArrived;
          held.get(last)?.end(last);
        }
        const answers = splitAnswers(await all);
        const expected = [...paths.map(() => 200), ...statuses];
        assert.deepEqual(
          answers.map(({ status }) => status),
          expected,
        );
        assert.deepEqual(
          answers.slice(0, paths.length).map(({ body }) => body),
          bodies,
        );
        assert.deepEqual(
          answers.map(({ isLast }) => isLast),
          expected.map((_, i) => i === expected.length - 1),
        );
        assert.deepEqual(served, []);
        assert.deepEqual(
          counted,
          statuses.filter((status) => status >= 400),
        );
      });
    }
  }

  it("an answer of many pieces comes whole though CONNECT has come behind it", async () => {
    const socket = connect(port, "127.0.0.1");
    const arrived = once(arrivals, "/held/long");
    socket.write(`${get("/held/long")}CONNECT b:443 HTTP/1.1\r\n${HOST}\r\n`);
    await arrived;
    const piece = Buffer.alloc(64 * 1024, "x");
    const response = held.get("/held/long") as ServerResponse;
    const written = pipeline(
      Array.from({ length: 256 }, () => piece),
      response,
    );
    // Not before the system takes no more.
    while (!response.writableNeedDrain) await new Promise(setImmediate);
    const [all] = await Promise.all([text(socket), written]);
    const [long, refusal] = splitAnswers(all);
    assert.deepEqual([long?.body.length, refusal?.status], [256 * piece.length, 501]);
  });

  it("a client that leaves behind its CONNECT ends the calls before it", async () => {
    const socket = connect(port, "127.0.0.1");
    const arrived = ["/held/1", "/held/2"].map((path) => once(arrivals, path));
    socket.write(`${get("/held/1")}${get("/held/2")}CONNECT b:443 HTTP/1.1\r\n${HOST}\r\n`);
    await Promise.all(arrived);
    const closed = ["/held/1", "/held/2"].map((path) =>
      once(held.get(path) as ServerResponse, "close"),
    );
    socket.end();
    await Promise.all(closed);
    assert.deepEqual(counted, []);
  });
});

interface Answer {
  readonly status: number;
  readonly body: string;
  /** Whether it says that it is the last one. */
  readonly isLast: boolean;
}

/** Takes apart what came over a connection, by the lengths that the answers give. */
function splitAnswers(all: string): Answer[] {
  const answers: Answer[] = [];
  for (let rest = all; rest !== ""; ) {
    const end = rest.indexOf("\r\n\r\n") + 4;
    const head = rest.slice(0, end);
    assert.match(head, /^HTTP\/1\.1 \d{3} /);
    const { body, length } = takeBody(head, rest.slice(end));
    const isLast = /^connection: close\r$/im.test(head);
    answers.push({ status: Number(head.slice(9, 12)), body, isLast });
    rest = rest.slice(end + length);
  }
  return answers;
}

function takeBody(head: string, rest: string): { body: string; length: number } {
  if (!/^transfer-encoding: chunked\r$/im.test(head)) {
    // To HTTP/1.0 a body may end with the connection.
    const length = Number(/^content-length: (\d+)\r$/im.exec(head)?.[1] ?? rest.length);
    return { body: rest.slice(0, length), length };
  }
  let body = "";
  for (let at = 0; ; ) {
    const line = rest.indexOf("\r\n", at);
    const length = Number.parseInt(rest.slice(at, line), 16);
    body += rest.slice(line + 2, line + 2 + length);
    at = line + 4 + length;
    if (length === 0) return { body, length: at };
    assert.ok(length > 0, "an answer is whole");
  }
}
