import { gzipSync } from "node:zlib";
import type { RawRequest } from "./raw-requests.js";
import { grpc, message } from "./raw-requests.js";
import { noTime, rows } from "./request-rows.js";
import { envelope } from "./support.js";

const one = [envelope(message)];
const timeouts = ["", "-1S", "+1S", "1s", "1.5S", "10", "S", "10 S", "10SS", "00000010S"];
const longTimeouts = ["100000000S", "99999999H", "60001m", "60000m"];

/** Calls of gRPC with odd headers, and with odd bodies. */
export const oddGrpc: readonly RawRequest[] = [
  // Headers of gRPC
  { name: "gRPC, no te", headers: { "content-type": "application/grpc" }, body: one },
  ...rows(
    "gRPC, type",
    [
      "application/grpc;charset=utf-8",
      "application/grpc+proto; a=b",
      "application/grpc+PROTO",
      "application/grpc+xml",
      "application/grpc+",
      "application/grpcx",
      "application/grpc-web",
      "application/grpc-web-text",
      "application/connect+proto",
      "application/connect+xml",
      "multipart/form-data",
      "application/protobuf",
    ],
    (type) => ({ headers: { ...grpc, "content-type": type }, body: one }),
  ),
  ...rows("gRPC, deadline", [...timeouts, ...longTimeouts], (value) => ({
    headers: { ...grpc, "grpc-timeout": value },
    body: one,
  })),
  ...rows("gRPC, no time", ["0n", "00m"], (value) => ({
    headers: { ...grpc, "grpc-timeout": value },
    body: one,
    differs: noTime,
  })),
  ...rows("gRPC, encoding", ["", "IDENTITY", "identity, identity", "GZIP", "deflate"], (value) => ({
    headers: { ...grpc, "grpc-encoding": value },
    body: one,
  })),
  ...rows("gRPC, accepted encoding", ["", "gzip", "nope", "identity,gzip"], (value) => ({
    headers: { ...grpc, "grpc-accept-encoding": value },
    body: one,
  })),
  ...rows("gRPC, twice", ["grpc-timeout:10S", "grpc-encoding:identity", "x-ask:b"], (pair) => {
    const [name = "", value = ""] = pair.split(":");
    return { headers: { ...grpc, [name]: [value, value] }, body: one };
  }),
  ...rows("gRPC, length", ["0", "1", "11", "13", "5000", "1e1", "-1", "a"], (value) => ({
    headers: { ...grpc, "content-length": value },
    body: one,
  })),
  ...rows("gRPC, expects", ["100-continue", "miracles"], (value) => ({
    headers: { ...grpc, expect: value },
    body: one,
  })),
  { name: "gRPC, with origin", headers: { ...grpc, origin: "null" }, body: one },
  { name: "gRPC, trailers", headers: grpc, body: one, trailers: { "x-after": "all" } },
  { name: "gRPC, nothing but trailers", headers: grpc, body: [], trailers: { "x-after": "all" } },
  ...rows("gRPC by", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"], (method) => ({
    method,
    headers: grpc,
  })),
  // Bodies of gRPC
  { name: "gRPC, compressed", headers: grpc, body: [envelope(message, 1)] },
  ...rows("gRPC, flags", [2, 0x80, 0xfe], (flags) => ({
    headers: grpc,
    body: [envelope(message, flags)],
    differs: "Connect ignores the flags that nothing is known of, which gRPC's own servers refuse",
  })),
  {
    name: "gRPC, gzip of nothing",
    headers: { ...grpc, "grpc-encoding": "gzip" },
    body: [envelope(new Uint8Array(), 1)],
  },
  {
    name: "gRPC, gzip that is none",
    headers: { ...grpc, "grpc-encoding": "gzip" },
    body: [envelope(message, 1)],
  },
  {
    name: "gRPC, gzip beyond the limit",
    headers: { ...grpc, "grpc-encoding": "gzip" },
    body: [envelope(gzipSync(Buffer.alloc(100_000)), 1)],
  },
  {
    name: "gRPC, gzip announced, not used",
    headers: { ...grpc, "grpc-encoding": "gzip" },
    body: one,
  },
  { name: "gRPC, empty frames", headers: grpc, body: [Buffer.alloc(0), ...one, Buffer.alloc(0)] },
  { name: "gRPC, two empty messages", headers: grpc, body: [Buffer.alloc(10)] },
  { name: "gRPC, message, then an empty one", headers: grpc, body: [...one, Buffer.alloc(5)] },
  { name: "gRPC, three messages", headers: grpc, body: [...one, ...one, ...one] },
];
