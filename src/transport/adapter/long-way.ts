import type { IncomingMessage } from "node:http";
import { constants } from "node:http2";
import type { Socket } from "node:net";
import type { ContextValues } from "@connectrpc/connect";
import { createContextValues } from "@connectrpc/connect";
import { deadlineExceeded } from "./deadline.js";
import { ignoreError, toConnectError } from "./errors.js";
import { interruptibleBody } from "./interruptible-body.js";
import { startDeadline } from "./node-deadline.js";
import type { CallHead, Hooks, NodeHandler, NodeRequest, NodeResponse } from "./options.js";
import { errorOf, expectOutcome, type Outcome } from "./outcome.js";
import { refuseNodeRequest } from "./refuse-node-request.js";
import type { Route } from "./routes.js";
import { drain, noteSlowCall } from "./slow-client.js";
import { stopReading } from "./stop-reading.js";

/** What the long way needs to know of its adapter. */
export interface LongWayOptions {
  /** Every method, by request path. */
  readonly routes: ReadonlyMap<string, Route>;
  /** Connect's own adapter over the same methods, and the fallback for every other path. */
  readonly connect: NodeHandler;
  /** Where `connect` finds the context values of a request. */
  readonly contextValues: WeakMap<NodeRequest, ContextValues>;
  readonly hooks: Hooks;
}

/**
 * The long way: everything goes through Connect's own adapter, under the same permission and the same deadline as on
 * the short way.
 */
export function createLongWay(options: LongWayOptions): NodeHandler {
  const { routes, connect } = options;
  return (request, response) => {
    request.on("error", ignoreError);
    response.on("error", ignoreError);
    const { responseHeaders = {} } = options.hooks;
    for (const name in responseHeaders) response.setHeader(name, responseHeaders[name] as string);
    const [path = ""] = (request.url ?? "").split("?", 1);
    const route = routes.get(path);
    if (route === undefined) {
      // A fallback that throws is at fault itself.
      callSafely(connect, request, response, 500);
    } else {
      serveRoute(options, route, request, response);
    }
  };
}

function serveRoute(
  options: LongWayOptions,
  route: Route,
  request: NodeRequest,
  response: NodeResponse,
): void {
  const { authorize, defaultTimeoutMs, ended } = options.hooks;
  const head = callHead(route, request);
  let pending = true;
  let values: ContextValues | undefined;
  let outcome: Outcome | undefined;
  const interrupt = interruptibleBody(request);
  const refuse = (reason: unknown) => {
    if (!pending) return;
    pending = false;
    const error = toConnectError(reason);
    outcome = { answered: false, error };
    refuseNodeRequest(route, request, response, error);
  };
  const { timer, fault } = startDeadline(route, request, defaultTimeoutMs, () => {
    // The peers of a stream may fall silent for as long as they like.
    const slow = route.unary !== undefined && !request.readableEnded;
    if (response.writableEnded || slow) noteSlow(request, response);
    if (response.writableEnded) {
      // The answer is there, and the client has not taken it.
      if ("stream" in request) request.stream.close(constants.NGHTTP2_CANCEL);
      else response.destroy();
      return;
    }
    const error = deadlineExceeded();
    if (outcome !== undefined && !outcome.answered) outcome.error ??= error;
    interrupt(error);
    refuse(error);
  });
  response.on("close", () => {
    pending = false;
    clearTimeout(timer);
    if (ended !== undefined) ended(head, values, errorOf(outcome));
  });
  dropBodyAfterAnswer(request, response);
  const proceed = (admitted: ContextValues | undefined) => {
    if (!pending) return;
    pending = false;
    values = admitted;
    const own = admitted ?? createContextValues();
    outcome = expectOutcome(own);
    options.contextValues.set(request, own);
    if (fault !== undefined) {
      outcome.error = fault;
      refuseNodeRequest(route, request, response, fault);
      return;
    }
    // Connect throws here when it cannot build a URL, for want of a host or for a bad one.
    callSafely(options.connect, request, response, 400);
  };
  try {
    const verdict = authorize?.(head);
    if (verdict instanceof Promise) {
      verdict.then(proceed, refuse);
    } else {
      proceed(verdict);
    }
  } catch (reason) {
    refuse(reason);
  }
}

/** Notes that a client does not send, or does not take its answer, in time. */
function noteSlow(request: NodeRequest, response: NodeResponse): void {
  if ("stream" in request) noteSlowCall(request.stream.session);
  else if ("shouldKeepAlive" in response) response.shouldKeepAlive = false;
}

/** An answer may come before the end of the body, which then must not hold the stream or the connection. */
function dropBodyAfterAnswer(request: NodeRequest, response: NodeResponse): void {
  if ("stream" in request) {
    request.stream.once("finish", () => stopReading(request.stream));
  } else {
    response.once("finish", () => drain(request as IncomingMessage));
  }
}

function callHead({ method }: Route, request: NodeRequest): CallHead {
  return {
    service: method.parent,
    method,
    httpMethod: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
    get socket(): Socket | undefined {
      return request.socket;
    },
  };
}

function callSafely(
  handler: NodeHandler,
  request: NodeRequest,
  response: NodeResponse,
  statusOnThrow: number,
): void {
  try {
    handler(request, response);
  } catch {
    if (!response.headersSent) response.writeHead(statusOnThrow);
    response.end();
  }
}
