import type { IncomingMessage, ServerResponse } from "node:http";
import type { ContextValues } from "@connectrpc/connect";
import { createContextValues } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { assertDefaultTimeout } from "./deadline.js";
import { DeadlineWheel } from "./deadline-wheel.js";
import { ignoreError } from "./errors.js";
import { createFormats } from "./formats.js";
import { createLongWay } from "./long-way.js";
import { serveAsNodeRequest } from "./node-pair.js";
import type {
  Hooks,
  NodeHandler,
  NodeRequest,
  UnaryAdapter,
  UnaryAdapterOptions,
} from "./options.js";
import { noteOutcome } from "./outcome.js";
import type { Route } from "./routes.js";
import { recordRoutes } from "./routes.js";
import { tryRequest, tryStream } from "./short-way.js";

/**
 * Serves the routes of a Connect router over Node's HTTP/2 and HTTP/1.1.
 *
 * Ordinary unary calls (gRPC over HTTP/2; Connect over both, binary and JSON) are served on the bare stream. Everything
 * else goes to Connect's own adapter over the same routes. Handlers and interceptors cannot tell the difference.
 *
 * @throws RangeError when `defaultTimeoutMs` is out of range
 * @throws ConnectError when Connect refuses an option, or two options that exclude each other
 */
export function createUnaryAdapter(options: UnaryAdapterOptions): UnaryAdapter {
  const { authorize, defaultTimeoutMs, ended, responseHeaders, unreadable } = options;
  const { enabled = true, interceptors = [] } = options;
  assertDefaultTimeout(defaultTimeoutMs);
  const deadlines = new DeadlineWheel();
  const own = { authorize, defaultTimeoutMs, ended, responseHeaders, unreadable };
  const hooks: Hooks = { ...own, deadlines };
  const routes = new Map<string, Route>();
  const contextValues = new WeakMap<NodeRequest, ContextValues>();
  const connect = connectNodeAdapter({
    ...options,
    interceptors: ended === undefined ? interceptors : [noteOutcome, ...interceptors],
    routes: (router) => options.routes(recordRoutes(router, options, hooks, routes)),
    contextValues: (request) => contextValues.get(request) ?? createContextValues(),
  });
  const guarded = createLongWay({ routes, connect, contextValues, hooks });
  const shortWay = { routes, formats: createFormats(responseHeaders) };
  const longWay = options.wrapNodeHandler?.(guarded) ?? guarded;
  const onRequest: NodeHandler = (request, response) => {
    if (enabled && !("stream" in request)) {
      if (tryRequest(shortWay, request as IncomingMessage, response as ServerResponse)) return;
    }
    longWay(request, response);
  };
  return {
    onRequest,
    onStream(stream, headers, _flags, rawHeaders) {
      if (stream.destroyed || stream.closed) {
        // Reset in the same breath, before anybody could look at it.
        stream.on("error", ignoreError);
        return;
      }
      if (enabled && tryStream(shortWay, stream, headers)) return;
      serveAsNodeRequest(longWay, stream, headers, rawHeaders);
    },
  };
}
