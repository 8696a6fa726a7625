/** The blocks of header fields that an answer of the long way is sent as. */
import type { OutgoingHttpHeaders } from "node:http";
import type { HeaderBlock } from "../../http2/index.js";
import { headBlock, httpDate, trailerBlock } from "./answer-blocks.js";
import type { HttpResponse } from "./http-exchange.js";
import { copyToNodeHeaders } from "./node-headers.js";
import { REQUEST_ID } from "./request-id.js";

/** The headers of an answer. */
export function headOf({ status, header }: HttpResponse): HeaderBlock {
  const headers: OutgoingHttpHeaders = { date: httpDate() };
  if (header !== undefined) copyToNodeHeaders(header, headers);
  return headBlock(status, headers);
}

/** The trailers of an answer; undefined where it has none. */
export function trailerOf({ trailer }: HttpResponse): HeaderBlock | undefined {
  if (trailer === undefined) return undefined;
  const trailers: OutgoingHttpHeaders = {};
  copyToNodeHeaders(trailer, trailers);
  return trailerBlock(trailers);
}

/** Header fields of a gRPC answer that clients make no metadata of, and one that may stand in the trailers as well. */
const NO_METADATA = new Set([
  "content-type",
  "grpc-encoding",
  "grpc-accept-encoding",
  "cache-control",
  REQUEST_ID,
]);

/**
 * Whether an answer without a message is an error of gRPC with nothing to tell but its status: then one HEADERS frame
 * is the whole answer (gRPC over HTTP/2, "Trailers-Only"). Metadata in its headers would become trailers.
 */
export function isTrailersOnly({ header, trailer }: HttpResponse): boolean {
  if (!/^application\/grpc(?!-web)/.test(header?.get("content-type") ?? "")) return false;
  const status = trailer?.get("grpc-status") ?? "0";
  return status !== "0" && [...(header?.keys() ?? [])].every((name) => NO_METADATA.has(name));
}

/** Headers and trailers of an answer in one block. */
export function trailersOnlyOf({ status, header, trailer }: HttpResponse): HeaderBlock {
  const headers: OutgoingHttpHeaders = {};
  for (const part of [header, trailer]) {
    if (part !== undefined) copyToNodeHeaders(part, headers);
  }
  return headBlock(status, headers);
}
