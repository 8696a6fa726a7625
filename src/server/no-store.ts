/** `Cache-Control: no-store` (RFC 9111) on every answer to an RPC: tokens belong in no cache. */
import { ConnectError, type Interceptor } from "@connectrpc/connect";
import type { NodeHandler } from "../transport/adapter/index.js";

const NAME = "cache-control";
const VALUE = "no-store";

/** Marks the answers of RPCs, whichever way they are sent. */
export const noStore: Interceptor = (next) => async (request) => {
  try {
    const response = await next(request);
    response.header.set(NAME, VALUE);
    return response;
  } catch (error) {
    // In gRPC the metadata of an error are trailers, which no cache reads.
    const grpc = request.header.get("content-type")?.startsWith("application/grpc");
    if (error instanceof ConnectError && !grpc) error.metadata.set(NAME, VALUE);
    throw error;
  }
};

/** Marks what is answered before any interceptor runs: unknown paths, unreadable messages. */
export function withNoStore(handler: NodeHandler): NodeHandler {
  return (request, response) => {
    response.setHeader(NAME, VALUE);
    handler(request, response);
  };
}
