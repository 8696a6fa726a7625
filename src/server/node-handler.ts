/** A request handler for both versions of HTTP, as Connect's Node adapter gives it. */
import type { connectNodeAdapter } from "@connectrpc/connect-node";

/** Answers a request of HTTP/1.1, or of HTTP/2 through Node's compatibility API. */
export type NodeHandler = ReturnType<typeof connectNodeAdapter>;
