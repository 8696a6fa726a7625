/** Server streams of gRPC: odd headers, odd bodies, and odd ends. */
import { create, toBinary } from "@bufbuild/protobuf";
import { EchoRequestSchema } from "./gen/adaptertest/v1/echo_pb.js";
import { grpc, type RawRequest } from "./raw-requests.js";
import { rows } from "./request-rows.js";
import { envelope } from "./support.js";

const path = "/adaptertest.v1.EchoService/Spell";

function spell(text: string): Buffer {
  return envelope(toBinary(EchoRequestSchema, create(EchoRequestSchema, { text })));
}

/** Every way in which a stream may begin and end. */
export const oddStreams: readonly RawRequest[] = [
  ...rows(
    "stream of",
    ["", "a", "abc", "a!", "ab?", "!", "?", "nothing", "headers", "x".repeat(1_000)],
    (text) => ({ path, headers: grpc, body: [spell(text)] }),
  ),
  ...rows("stream, body", ["", "\0", "\0\0\0\0", "\0\0\0\0\x05ab", "\x01\0\0\0\0"], (bytes) => ({
    path,
    headers: grpc,
    body: [Buffer.from(bytes, "latin1")],
  })),
  { name: "stream, two requests", path, headers: grpc, body: [spell("a"), spell("b")] },
  { name: "stream, request and a half", path, headers: grpc, body: [spell("a"), Buffer.alloc(3)] },
  { name: "stream, request too large", path, headers: grpc, body: [spell("x".repeat(5_000))] },
  {
    name: "stream, request in pieces",
    path,
    headers: grpc,
    body: [...spell("abc")].map((octet) => Buffer.from([octet])),
  },
  ...rows("stream, type", ["application/grpc+proto", "application/grpc+json"], (type) => ({
    path,
    headers: { ...grpc, "content-type": type },
    body: [spell("")],
  })),
  ...rows("stream, type of unary calls", ["application/proto", "application/json"], (type) => ({
    path,
    headers: { "content-type": type },
    body: [Buffer.from("{}")],
  })),
  ...rows("stream, deadline", ["", "1", "1x", "10S", "99999999H", "100000000S"], (value) => ({
    path,
    headers: { ...grpc, "grpc-timeout": value },
    body: [spell("ab")],
  })),
  ...rows("stream, encoding", ["", "identity", "gzip", "nope"], (value) => ({
    path,
    headers: { ...grpc, "grpc-encoding": value },
    body: [spell("ab")],
  })),
  ...rows("stream, verb", ["GET", "PUT", "HEAD"], (method) => ({ method, path, headers: grpc })),
  ...rows("stream, expects", ["100-continue", "miracles"], (value) => ({
    path,
    headers: { ...grpc, expect: value },
    body: [spell("ab")],
  })),
];
