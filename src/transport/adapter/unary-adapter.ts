import { createConnectRouter } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import { whenLate } from "../late.js";
import { assertDefaultTimeout } from "./deadline.js";
import { DeadlineWheel } from "./deadline-wheel.js";
import { refuseExpectations } from "./expectation.js";
import { inTurns } from "./fair-starts.js";
import { createFormats } from "./formats.js";
import { HeldBodies } from "./held-bodies.js";
import { addHeader, type HttpHandler, pathOf } from "./http-exchange.js";
import { Http1Exchange } from "./http1-exchange.js";
import { serveStream } from "./http2-exchange.js";
import { createLongWay } from "./long-way.js";
import type { Hooks, UnaryAdapter, UnaryAdapterOptions } from "./options.js";
import { noteOutcome } from "./outcome.js";
import { answerWithId } from "./request-id.js";
import { type Route, recordRoutes, withoutMaxTimeout } from "./routes.js";
import { tryRequest, tryStream } from "./short-way.js";
import { createReadBody } from "./whole-body.js";

/** How long an answer that belongs to no call may take, request and all, in milliseconds. */
const PLAIN_ANSWER_MS = 10_000;

/**
 * Serves the routes of a Connect router over HTTP/2 and HTTP/1.1.
 *
 * Ordinary unary calls (gRPC over HTTP/2; Connect over both, binary and JSON) are served on the bare stream. Everything
 * else goes to Connect's universal handlers of the same routes. Handlers and interceptors cannot tell the difference.
 *
 * @throws RangeError when `defaultTimeoutMs` is out of range
 * @throws ConnectError when Connect refuses an option, or two options that exclude each other
 */
export function createUnaryAdapter(options: UnaryAdapterOptions): UnaryAdapter {
  const { authorize, challenge, defaultTimeoutMs, ended, nameRequest } = options;
  const { responseHeaders, unreadable } = options;
  const { enabled = true, interceptors = [] } = options;
  const { acceptCompression = [compressionGzip, compressionBrotli] } = options;
  assertDefaultTimeout(defaultTimeoutMs);
  const hooks: Hooks = {
    authorize,
    challenge,
    defaultTimeoutMs,
    ended,
    nameRequest,
    unreadable,
    deadlines: new DeadlineWheel(),
    bodies: new HeldBodies(options.noRoom),
    openStreams: new Set(),
  };
  const { shutdownSignal } = options;
  shutdownSignal?.addEventListener("abort", () => {
    for (const stream of hooks.openStreams) stream.interrupt(shutdownSignal.reason);
  });
  const own = {
    ...options,
    acceptCompression,
    interceptors: ended === undefined ? interceptors : [noteOutcome, ...interceptors],
  };
  const router = createConnectRouter(withoutMaxTimeout(own));
  const routes = new Map<string, Route>();
  options.routes(recordRoutes(router, options, hooks, routes));
  const handlers = new Map<string, UniversalHandler>();
  for (const handler of router.handlers) {
    handlers.set((options.requestPathPrefix ?? "") + handler.requestPath, handler);
  }
  const compressions = acceptCompression.map(({ name }) => name);
  const { fallback } = options;
  const guarded = createLongWay({ routes, handlers, fallback, compressions, hooks });
  const wrapped = options.wrapHandler?.(guarded, createReadBody(hooks.bodies)) ?? guarded;
  const isCall = (path: string) => routes.has(path);
  const complete = withHeaders(refuseExpectations(wrapped), responseHeaders);
  const bounded = boundPlainAnswers(complete, isCall, options.readsBody);
  const longWay = answerWithId(inTurns(bounded, options.onCut));
  const shortWay = { routes, formats: createFormats(responseHeaders) };
  const { gate } = options;
  const refuse = gate && answerWithId(boundPlainAnswers(gate.refuse, () => false));
  return {
    onStream(stream) {
      if (refuse && !gate.admits(stream.headers)) {
        serveStream(refuse, stream, hooks.bodies, nameRequest?.(stream.headers));
        return;
      }
      if (enabled && tryStream(shortWay, stream)) return;
      serveStream(longWay, stream, hooks.bodies, nameRequest?.(stream.headers));
    },
    onRequest(request, response) {
      if (refuse && !gate.admits(request.headers)) {
        new Http1Exchange(request, response, hooks.bodies, nameRequest?.(request.headers)).answerBy(
          refuse,
        );
        return;
      }
      if (enabled && tryRequest(shortWay, request, response)) return;
      new Http1Exchange(request, response, hooks.bodies, nameRequest?.(request.headers)).answerBy(
        longWay,
      );
    },
  };
}

/** The same handler, whose answers carry these headers unless they have their own of the name. */
function withHeaders(
  handler: HttpHandler,
  headers: Readonly<Record<string, string>> = {},
): HttpHandler {
  return async (exchange) => addHeader(await handler(exchange), headers);
}

/** The same handler, whose answers to what is no call must be taken in time, as calls' are by their deadlines. */
function boundPlainAnswers(
  handler: HttpHandler,
  isCall: (path: string) => boolean,
  readsBody: (path: string) => boolean = () => false,
): HttpHandler {
  return (exchange) => {
    if (exchange.method === "OPTIONS" || !isCall(pathOf(exchange))) {
      if (!readsBody(pathOf(exchange))) exchange.dropBody();
      const stopWaiting = whenLate(PLAIN_ANSWER_MS, () => {
        exchange.noteSlow();
        exchange.drop();
      });
      exchange.whenClosed(stopWaiting);
    }
    return handler(exchange);
  };
}
