import type { OutgoingHttpHeaders } from "node:http";
import { headBlock } from "./answer-blocks.js";
import type { Format } from "./wire.js";

/** The unary formats of the short way, by the exact `content-type`. */
export type Formats = ReadonlyMap<string | undefined, Format>;

/**
 * The formats, with the headers that every answer in them begins with. Parameters, other spellings and gRPC with JSON
 * are left to Connect's handlers.
 */
export function createFormats(responseHeaders: Readonly<Record<string, string>> = {}): Formats {
  const format = (protocolName: "grpc" | "connect", responseType: string): Format => {
    const head: OutgoingHttpHeaders = { "content-type": responseType, ...responseHeaders };
    const binary = responseType !== "application/json";
    return { protocolName, binary, responseType, head, block: headBlock(200, head) };
  };
  const grpc = format("grpc", "application/grpc+proto");
  return new Map([
    ["application/grpc", grpc],
    ["application/grpc+proto", grpc],
    ["application/proto", format("connect", "application/proto")],
    ["application/json", format("connect", "application/json")],
  ]);
}
