import { gzipSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import { EchoRequestSchema } from "./gen/adaptertest/v1/echo_pb.js";
import { envelope } from "./support.js";

/** One request to play against both adapters. */
export interface RawRequest {
  readonly name: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: readonly Uint8Array[];
  /** What the client sends after its body. */
  readonly trailers?: Readonly<Record<string, string>>;
  /** Why the two answers may have different codes; without it they must be the same, byte for byte. */
  readonly differs?: string;
}

/** An EchoRequest. */
export const message = toBinary(EchoRequestSchema, create(EchoRequestSchema, { text: "hello" }));
const large = toBinary(EchoRequestSchema, create(EchoRequestSchema, { text: "x".repeat(3_000) }));
const told = (text: string) => toBinary(EchoRequestSchema, create(EchoRequestSchema, { text }));
/** A body of JSON. */
export const text = (value: string) => Buffer.from(value);
/** The headers of gRPC. */
export const grpc = { "content-type": "application/grpc", te: "trailers" };
/** The headers of Connect's unary protocol, binary. */
export const proto = { "content-type": "application/proto" };
/** The headers of Connect's unary protocol, JSON. */
export const json = { "content-type": "application/json" };
/** The path that requests go to unless they say otherwise. */
export const echo = "/adaptertest.v1.EchoService/Echo";
const truncated =
  "Connect's decoder forgets a prefix that no data follows and accepts or misnames a request cut off there";

/** Well-formed and malformed requests, each sent to both adapters over HTTP/2. */
export const rawRequests: readonly RawRequest[] = [
  // gRPC: well-formed
  { name: "gRPC", headers: grpc, body: [envelope(message)] },
  {
    name: "gRPC +proto",
    headers: { ...grpc, "content-type": "application/grpc+proto" },
    body: [envelope(message)],
  },
  {
    name: "gRPC +json",
    headers: { ...grpc, "content-type": "application/grpc+json" },
    body: [envelope(text('{"text":"a"}'))],
  },
  {
    name: "gRPC, upper-case type",
    headers: { ...grpc, "content-type": "Application/GRPC" },
    body: [envelope(message)],
  },
  { name: "gRPC, empty message", headers: grpc, body: [envelope(new Uint8Array())] },
  {
    name: "gRPC, byte by byte",
    headers: grpc,
    body: [...envelope(message)].map((byte) => Uint8Array.of(byte)),
  },
  { name: "gRPC, large", headers: grpc, body: [envelope(large)] },
  {
    name: "gRPC, identity",
    headers: { ...grpc, "grpc-encoding": "identity" },
    body: [envelope(message)],
  },
  {
    name: "gRPC, gzip",
    headers: { ...grpc, "grpc-encoding": "gzip" },
    body: [envelope(gzipSync(message), 1)],
  },
  {
    name: "gRPC, deadline",
    headers: { ...grpc, "grpc-timeout": "10S" },
    body: [envelope(message)],
  },
  {
    name: "gRPC, answers with headers",
    headers: { ...grpc, "x-ask": "b" },
    body: [envelope(told("headers"))],
  },
  { name: "gRPC, fails", headers: grpc, body: [envelope(told("fail"))] },
  { name: "gRPC, fails with headers", headers: grpc, body: [envelope(told("fail with headers"))] },
  { name: "gRPC, crashes", headers: grpc, body: [envelope(told("crash"))] },
  {
    name: "gRPC, no implementation",
    path: "/adaptertest.v1.EchoService/Missing",
    headers: grpc,
    body: [envelope(message)],
  },
  {
    name: "gRPC, unknown field",
    headers: grpc,
    body: [envelope(Buffer.concat([message, Uint8Array.of(0x78, 1)]))],
  },
  { name: "gRPC, trailing query", path: `${echo}?a=b`, headers: grpc, body: [envelope(message)] },
  // gRPC: malformed
  { name: "gRPC, no body", headers: grpc, body: [] },
  { name: "gRPC, three bytes", headers: grpc, body: [Uint8Array.of(0, 0, 0)] },
  { name: "gRPC, prefix without data", headers: grpc, body: [Uint8Array.of(0, 0, 0, 0, 7)] },
  { name: "gRPC, cut off", headers: grpc, body: [envelope(message).subarray(0, 8)] },
  { name: "gRPC, bad binary", headers: grpc, body: [envelope(Uint8Array.of(0xff, 0xff, 0xff))] },
  { name: "gRPC, bad UTF-8", headers: grpc, body: [envelope(Uint8Array.of(0x0a, 1, 0xff))] },
  { name: "gRPC, two messages", headers: grpc, body: [envelope(message), envelope(message)] },
  {
    name: "gRPC, two messages at once",
    headers: grpc,
    body: [Buffer.concat([envelope(message), envelope(message)])],
  },
  {
    name: "gRPC, bad message, then another",
    headers: grpc,
    body: [envelope(Uint8Array.of(0xff)), envelope(message)],
  },
  {
    name: "gRPC, message, then a bad one",
    headers: grpc,
    body: [envelope(message), envelope(Uint8Array.of(0xff))],
  },
  {
    name: "gRPC, message and three bytes",
    headers: grpc,
    body: [envelope(message), Uint8Array.of(0, 0, 0)],
  },
  {
    name: "gRPC, message and a prefix",
    headers: grpc,
    body: [envelope(message), Uint8Array.of(0, 0, 0, 0, 7)],
    differs: truncated,
  },
  {
    name: "gRPC, message and a cut off one",
    headers: grpc,
    body: [envelope(message), envelope(message).subarray(0, 8)],
  },
  {
    name: "gRPC, message, then one too large",
    headers: grpc,
    body: [envelope(message), Uint8Array.of(0, 0, 1, 0, 0)],
  },
  { name: "gRPC, too large", headers: grpc, body: [envelope(new Uint8Array(5_000))] },
  { name: "gRPC, announces 4 GiB", headers: grpc, body: [Uint8Array.of(0, 255, 255, 255, 255)] },
  {
    name: "gRPC, compressed without encoding",
    headers: grpc,
    body: [envelope(gzipSync(message), 1)],
  },
  {
    name: "gRPC, unknown encoding",
    headers: { ...grpc, "grpc-encoding": "nope" },
    body: [envelope(message)],
  },
  {
    name: "gRPC, bad deadline",
    headers: { ...grpc, "grpc-timeout": "soon" },
    body: [envelope(message)],
  },
  {
    name: "gRPC, deadline too long",
    headers: { ...grpc, "grpc-timeout": "99H" },
    body: [envelope(message)],
  },
  {
    name: "gRPC, no time at all",
    headers: { ...grpc, "grpc-timeout": "0S" },
    body: [envelope(message)],
    differs: "Connect aborts the signal and answers all the same; here no time is no answer",
  },
  // Connect: well-formed
  { name: "proto", headers: proto, body: [message] },
  { name: "json", headers: json, body: [text('{"text":"ä"}')] },
  { name: "json, unknown field", headers: json, body: [text('{"text":"a","more":1}')] },
  {
    name: "json, charset",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: [text("{}")],
  },
  { name: "proto, empty", headers: proto, body: [] },
  { name: "proto, large", headers: proto, body: [large] },
  { name: "json, with length", headers: { ...json, "content-length": "2" }, body: [text("{}")] },
  {
    name: "json, version",
    headers: { ...json, "connect-protocol-version": "1" },
    body: [text("{}")],
  },
  {
    name: "json, other version",
    headers: { ...json, "connect-protocol-version": "9" },
    body: [text("{}")],
  },
  {
    name: "json, deadline",
    headers: { ...json, "connect-timeout-ms": "9000" },
    body: [text("{}")],
  },
  { name: "json, gzip", headers: { ...json, "content-encoding": "gzip" }, body: [gzipSync("{}")] },
  {
    name: "json, identity",
    headers: { ...json, "content-encoding": "identity" },
    body: [text("{}")],
  },
  {
    name: "json, answers with headers",
    headers: { ...json, "x-ask": "b" },
    body: [text('{"text":"headers"}')],
  },
  { name: "json, fails", headers: json, body: [text('{"text":"fail"}')] },
  { name: "proto, fails with headers", headers: proto, body: [told("fail with headers")] },
  { name: "json, crashes", headers: json, body: [text('{"text":"crash"}')] },
  {
    name: "GET",
    method: "GET",
    path: "/adaptertest.v1.EchoService/Look?connect=v1&encoding=json&message=%7B%7D",
    headers: {},
  },
  { name: "json, with origin", headers: { ...json, origin: "http://a" }, body: [text("{}")] },
  // Connect: malformed
  { name: "json, no body", headers: json, body: [] },
  { name: "json, cut off", headers: json, body: [text('{"text":')] },
  { name: "json, not an object", headers: json, body: [text("[1]")] },
  { name: "json, wrong type", headers: json, body: [text('{"text":7}')] },
  { name: "json, bad UTF-8", headers: json, body: [Uint8Array.of(0x7b, 0xff, 0x7d)] },
  { name: "proto, bad binary", headers: proto, body: [Uint8Array.of(0xff, 0xff)] },
  { name: "json, too large", headers: json, body: [text(`{"text":"${"x".repeat(5_000)}"}`)] },
  {
    name: "json, too large, with length",
    headers: { ...json, "content-length": "5000" },
    body: [text(" ".repeat(5_000))],
  },
  {
    name: "json, bad deadline",
    headers: { ...json, "connect-timeout-ms": "soon" },
    body: [text("{}")],
  },
  {
    name: "json, deadline too long",
    headers: { ...json, "connect-timeout-ms": "9999999" },
    body: [text("{}")],
  },
  {
    name: "json, unknown encoding",
    headers: { ...json, "content-encoding": "nope" },
    body: [text("{}")],
  },
  // Neither
  { name: "no content type", headers: {}, body: [text("{}")] },
  { name: "text", headers: { "content-type": "text/plain" }, body: [text("{}")] },
  {
    name: "unknown path",
    path: "/adaptertest.v1.EchoService/Nope",
    headers: json,
    body: [text("{}")],
  },
  { name: "PUT", method: "PUT", headers: json, body: [text("{}")] },
  { name: "OPTIONS", method: "OPTIONS", headers: {} },
  {
    name: "gRPC-Web",
    headers: { "content-type": "application/grpc-web+proto" },
    body: [envelope(message)],
  },
  {
    name: "Connect stream",
    path: "/adaptertest.v1.EchoService/Spell",
    headers: { "content-type": "application/connect+json" },
    body: [envelope(text('{"text":"ab"}'))],
  },
  {
    name: "stream method, unary type",
    path: "/adaptertest.v1.EchoService/Spell",
    headers: json,
    body: [text("{}")],
  },
];
