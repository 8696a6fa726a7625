/** Every way to make a unary call, as bytes: protocol, format and version of HTTP. */
import { type DescMethod, fromJson, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { RawRequest } from "../fuzz/raw-client.js";

/** One way. */
export interface Way {
  readonly name: string;
  readonly http: 1 | 2;
  readonly type: string;
  /** A message stands behind its length. */
  readonly framed: boolean;
  readonly json: boolean;
}

const grpc = { type: "application/grpc", framed: true, json: false };
const grpcWeb = { type: "application/grpc-web+proto", framed: true, json: false };
const binary = { type: "application/proto", framed: false, json: false };
const json = { type: "application/json", framed: false, json: true };

/** All of them; gRPC needs HTTP/2. */
export const WAYS: readonly Way[] = [
  { name: "gRPC", http: 2, ...grpc },
  { name: "gRPC-Web, HTTP/2", http: 2, ...grpcWeb },
  { name: "gRPC-Web, HTTP/1.1", http: 1, ...grpcWeb },
  { name: "Connect binary, HTTP/2", http: 2, ...binary },
  { name: "Connect binary, HTTP/1.1", http: 1, ...binary },
  { name: "Connect JSON, HTTP/2", http: 2, ...json },
  { name: "Connect JSON, HTTP/1.1", http: 1, ...json },
];

/** Names of TokenService's methods. */
export type MethodName = keyof typeof TokenService.method;

/** A message of a method's input in one way's format, padded to `size` bytes with what means nothing. */
export function messageBytes(way: Way, method: MethodName, input: JsonValue, size = 0): Buffer {
  const desc: DescMethod = TokenService.method[method];
  const bytes = way.json
    ? Buffer.from(JSON.stringify(input))
    : Buffer.from(toBinary(desc.input, fromJson(desc.input, input)));
  if (size <= bytes.length) return bytes;
  return Buffer.concat([
    bytes,
    way.json ? spaces(size - bytes.length) : unknownField(size - bytes.length),
  ]);
}

/** A call of a method. */
export function callRequest(way: Way, method: MethodName, message: Buffer): RawRequest {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return {
    method: "POST",
    path: `/${TokenService.typeName}/${TokenService.method[method].name}`,
    headers: { "content-type": way.type },
    body: way.framed ? Buffer.concat([prefix, message]) : message,
  };
}

function spaces(length: number): Buffer {
  return Buffer.alloc(length, " ");
}

/** Field 1000, which no message has, in exactly `length` bytes: a tag of two, a length of three. */
function unknownField(length: number): Buffer {
  const size = length - 5;
  const head = [0xc2, 0x3e, (size & 127) | 128, ((size >> 7) & 127) | 128, size >> 14];
  return Buffer.concat([Buffer.from(head), Buffer.alloc(size)]);
}
