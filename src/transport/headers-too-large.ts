/** What requests are answered with whose headers are beyond the limit. Their callers see RESOURCE_EXHAUSTED. */
import { encodeHeaderBlock, type HeaderBlock, type ServerStream } from "../http2/index.js";

const MESSAGE = "header list too large";
/** An error of Connect's protocol. */
export const HEADERS_TOO_LARGE = `{"code":"resource_exhausted","message":"${MESSAGE}"}`;
/** For Connect's clients, and whoever else reads a status. 431 would tell them of an error of no known code. */
export const TOO_LARGE_STATUS = 429;

const BODY = Buffer.from(HEADERS_TOO_LARGE);
const HEAD = encodeHeaderBlock([
  [":status", String(TOO_LARGE_STATUS)],
  ["content-type", "application/json"],
  ["content-length", String(BODY.length)],
]);
const OF_GRPC = trailersOnly("application/grpc");
const OF_GRPC_WEB = trailersOnly("application/grpc-web");

/** Answers over HTTP/2, in the protocol that is named by what came of the headers. */
export function answerTooLargeHeaders(stream: ServerStream): void {
  const type = stream.headers["content-type"] ?? "";
  if (!type.startsWith("application/grpc")) stream.respond(HEAD, BODY);
  else stream.respond(type.startsWith("application/grpc-web") ? OF_GRPC_WEB : OF_GRPC);
}

/** The answer of gRPC that has no body: its status is among the headers. */
function trailersOnly(type: string): HeaderBlock {
  return encodeHeaderBlock([
    [":status", "200"],
    ["content-type", type],
    ["grpc-status", "8"],
    ["grpc-message", MESSAGE],
  ]);
}
