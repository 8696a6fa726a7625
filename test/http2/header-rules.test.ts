/** What a request's header list may hold (RFC 9113, sections 8.1 to 8.3). */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type AnsweringServer, startAnsweringServer } from "./answering-server.js";
import { data, FLAG, frame, headerBlock, headers, RawClient, REQUEST, TYPE } from "./raw-client.js";

type Fields = readonly (readonly [string, string])[];

const ANSWERED = ["HEADERS 1", "DATA 1 7 end"];
const MALFORMED = ["RST_STREAM 1 PROTOCOL_ERROR"];
const request: Fields = Object.entries(REQUEST);

const ROWS: readonly (readonly [name: string, fields: Fields, outcome: readonly string[]])[] = [
  ["a plain request", request, ANSWERED],
  ["a name twice", [...request, ["a", "1"], ["a", "2"]], ANSWERED],
  ["te: trailers", [...request, ["te", "trailers"]], ANSWERED],
  ["te: Trailers", [...request, ["te", "Trailers"]], ANSWERED],
  ["te: gzip", [...request, ["te", "gzip"]], MALFORMED],
  ["te: trailers, gzip", [...request, ["te", "trailers, gzip"]], MALFORMED],
  ["te twice", [...request, ["te", "trailers"], ["te", "gzip"]], MALFORMED],
  ["an upper-case name", [...request, ["Accept", "a"]], MALFORMED],
  ["an empty name", [...request, ["", "a"]], MALFORMED],
  ["a name with a space", [...request, ["a b", "a"]], MALFORMED],
  ["a name with a colon", [...request, ["a:b", "a"]], MALFORMED],
  ["a name above ASCII", [...request, ["\xe4", "a"]], MALFORMED],
  ["a value with CR", [...request, ["a", "b\rc"]], MALFORMED],
  ["a value with LF", [...request, ["a", "b\nc"]], MALFORMED],
  ["a value with CRLF and a field", [...request, ["a", "b\r\nhost: evil"]], MALFORMED],
  ["a value with NUL", [...request, ["a", "b\0c"]], MALFORMED],
  ["a value with another control character", [...request, ["a", "b\x1bc"]], MALFORMED],
  ["a value with a tab", [...request, ["a", "b\tc"]], ANSWERED],
  ["a value above ASCII", [...request, ["a", "\xe4"]], ANSWERED],
  ["a value with a space first", [...request, ["a", " b"]], MALFORMED],
  ["a value with a space last", [...request, ["a", "b "]], MALFORMED],
  ...["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"].map(
    (name) => [name, [...request, [name, "close"]], MALFORMED] as const,
  ),
  ["no :method", without(":method"), MALFORMED],
  ["no :scheme", without(":scheme"), MALFORMED],
  ["no :path", without(":path"), MALFORMED],
  ["no :authority", without(":authority"), ANSWERED],
  ["an empty :method", replaced(":method", ""), MALFORMED],
  ["a :method with a space", replaced(":method", "PO ST"), MALFORMED],
  ["an empty :scheme", replaced(":scheme", ""), MALFORMED],
  ["an empty :path", replaced(":path", ""), MALFORMED],
  ["a relative :path", replaced(":path", "a"), MALFORMED],
  ["an absolute URI as :path", replaced(":path", "http://localhost/"), MALFORMED],
  ["a :path with a space", replaced(":path", "/ HTTP/1.1"), MALFORMED],
  ["* without OPTIONS", replaced(":path", "*"), MALFORMED],
  ["an :authority with a space", replaced(":authority", "a b"), MALFORMED],
  ["a duplicate :method", [[":method", "GET"], ...request], MALFORMED],
  ["a duplicate :path", [...request, [":path", "/"]], MALFORMED],
  ["a late pseudo-field", [...without(":path"), ["a", "b"], [":path", "/"]], MALFORMED],
  ["an unknown pseudo-field", [[":protocol", "websocket"], ...request], MALFORMED],
  ["a pseudo-field of answers", [[":status", "200"], ...request], MALFORMED],
  ["a host that is the :authority", [...request, ["host", "localhost"]], ANSWERED],
  ["a host with the scheme's own port", [...request, ["host", "localhost:80"]], ANSWERED],
  ["a host with an empty port", [...request, ["host", "localhost:"]], ANSWERED],
  ["a host in capitals", [...request, ["host", "LOCALHOST"]], ANSWERED],
  [
    "a host without the port of its :authority",
    [...replaced(":authority", "localhost:80"), ["host", "localhost"]],
    ANSWERED,
  ],
  [
    "a host with the own port of https",
    [...replaced(":scheme", "https"), ["host", "localhost:443"]],
    ANSWERED,
  ],
  ["a host with the port of another scheme", [...request, ["host", "localhost:443"]], MALFORMED],
  ["a host with another port", [...request, ["host", "localhost:8080"]], MALFORMED],
  ["a host that is not the :authority", [...request, ["host", "evil"]], MALFORMED],
  ["two hosts", [...without(":authority"), ["host", "a"], ["host", "b"]], MALFORMED],
  ["content-length of a request without a body", [...request, ["content-length", "1"]], MALFORMED],
  ["content-length: 0", [...request, ["content-length", "0"]], ANSWERED],
  ["content-length that is no number", [...request, ["content-length", "0x0"]], MALFORMED],
  ["content-length with a sign", [...request, ["content-length", "+0"]], MALFORMED],
  [
    "content-length twice",
    [...request, ["content-length", "0"], ["content-length", "0"]],
    MALFORMED,
  ],
  [
    "content-length beyond all numbers",
    [...request, ["content-length", "9".repeat(400)]],
    MALFORMED,
  ],
  [
    "CONNECT",
    [
      [":method", "CONNECT"],
      [":authority", "a:1"],
    ],
    ["HEADERS 1 end"],
  ],
  ["CONNECT with a :path", replaced(":method", "CONNECT"), MALFORMED],
];

describe("header lists of requests", () => {
  let server: AnsweringServer;
  before(async () => {
    server = await startAnsweringServer();
  });
  after(() => server.close());

  for (const [name, fields, outcome] of ROWS) {
    it(`${outcome === MALFORMED ? "refuses" : "answers"} ${name}`, async () => {
      const client = await RawClient.open(server.port);
      const block = Buffer.concat(fields.map(([key, value]) => headerBlock({ [key]: value })));
      const flags = FLAG.endHeaders | FLAG.endStream;
      assert.deepEqual(await client.outcome(frame(TYPE.headers, flags, 1, block)), outcome);
      assert.deepEqual(await client.outcome(headers(3)), ["HEADERS 3", "DATA 3 7 end"]);
      client.close();
    });
  }

  for (const [name, ends, rest] of [
    ["without a body", true, []],
    ["with a body", false, ["RST_STREAM 1 NO_ERROR"]],
  ] as const) {
    it(`answers a list beyond the limit ${name}, and goes on`, async () => {
      const client = await RawClient.open(server.port);
      const long = headers(1, { ...REQUEST, x: "y".repeat(16_250) }, ends);
      assert.deepEqual(await client.outcome(long), ["HEADERS 1 end", ...rest]);
      assert.deepEqual(await client.outcome(headers(3)), ["HEADERS 3", "DATA 3 7 end"]);
      client.close();
    });
  }

  const BODIES = [
    ["a body of that length", "3", ["abc"], ["HEADERS 1", "DATA 1 3 end"]],
    ["a body in pieces", "3", ["a", "b", "c"], ["HEADERS 1", "DATA 1 3 end"]],
    ["a shorter body", "3", ["ab"], MALFORMED],
    ["a longer body", "3", ["abcd"], MALFORMED],
    ["a body that grows longer", "3", ["ab", "cd"], MALFORMED],
  ] as const;
  for (const [name, length, pieces, outcome] of BODIES) {
    it(`${outcome === MALFORMED ? "refuses" : "answers"} content-length with ${name}`, async () => {
      const client = await RawClient.open(server.port);
      const frames = pieces.map((piece, at) => data(1, piece, at === pieces.length - 1));
      const head = headers(1, { ...REQUEST, "content-length": length }, false);
      assert.deepEqual(await client.outcome(head, ...frames), outcome);
      client.close();
    });
  }

  const TRAILERS = [
    ["trailers", { a: "b" }, true, ["HEADERS 1", "DATA 1 1 end"]],
    ["trailers with a pseudo-field", { ":path": "/" }, true, MALFORMED],
    ["trailers with an upper-case name", { A: "b" }, true, MALFORMED],
    ["trailers with connection", { connection: "close" }, true, MALFORMED],
    ["a second header list that does not end the request", { a: "b" }, false, MALFORMED],
  ] as const;
  for (const [name, fields, ends, outcome] of TRAILERS) {
    it(`${outcome === MALFORMED ? "refuses" : "answers"} ${name}`, async () => {
      const client = await RawClient.open(server.port);
      const frames = [headers(1, REQUEST, false), data(1, "a"), headers(1, { ...fields }, ends)];
      assert.deepEqual(await client.outcome(...frames), outcome);
      client.close();
    });
  }
});

function without(name: string): Fields {
  return request.filter(([key]) => key !== name);
}

function replaced(name: string, value: string): Fields {
  return request.map(([key, old]) => [key, key === name ? value : old]);
}
