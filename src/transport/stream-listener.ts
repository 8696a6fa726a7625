import type { IncomingHttpHeaders } from "node:http";
import type { ServerHttp2Stream } from "node:http2";

/** Node's listener for the "stream" event of an HTTP/2 server. */
export type StreamListener = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  rawHeaders: readonly string[],
) => void;
