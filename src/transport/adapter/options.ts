import type { IncomingHttpHeaders } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { DescMessage, DescMethod, DescService, MessageShape } from "@bufbuild/protobuf";
import type { ConnectError, ContextValues, HandlerContext } from "@connectrpc/connect";
import type { ConnectNodeAdapterOptions, connectNodeAdapter } from "@connectrpc/connect-node";

import type { DeadlineWheel } from "./deadline-wheel.js";

/** A plain Node request handler for `http` and for `http2`'s compatibility API. */
export type NodeHandler = ReturnType<typeof connectNodeAdapter>;

/** The request a {@link NodeHandler} takes: `http.IncomingMessage` or `http2.Http2ServerRequest`. */
export type NodeRequest = Parameters<NodeHandler>[0];

/** The response a {@link NodeHandler} writes: `http.ServerResponse` or `http2.Http2ServerResponse`. */
export type NodeResponse = Parameters<NodeHandler>[1];

/** What is known of a call when its headers have arrived and nothing of its body has been read. */
export interface CallHead {
  /** The service the path names. */
  readonly service: DescService;
  /** The method the path names. */
  readonly method: DescMethod;
  /** The HTTP verb, `POST` for nearly every call. */
  readonly httpMethod: string;
  /** The path as received, with its query if there is one. */
  readonly path: string;
  /** Node's own header object (lower-case names), so that reading one header builds no `Headers`. */
  readonly headers: IncomingHttpHeaders;
  /** The connection, for peer addresses and client certificates; `undefined` once it is gone. */
  readonly socket: Socket | undefined;
}

/**
 * Decides from the head alone whether a call may go on, before its body is read.
 *
 * Returned context values reach interceptors and handlers. A thrown `ConnectError` is the answer; anything else
 * thrown is answered as `internal error` without its text. Asynchronous decisions leave the body unread meanwhile.
 */
export type Authorize = (
  head: CallHead,
) => ContextValues | undefined | Promise<ContextValues | undefined>;

/**
 * Is told of a call once it is over, whichever way it went and however far it came.
 *
 * `values` are what {@link Authorize} returned, `undefined` where it did not come to that. `error` is what the client was
 * told, or `undefined` for an answer. Of a call that the long way ends before its handler, for a body that is no message
 * or a client that is gone, the error is only known to be `unknown`.
 */
export type Ended = (
  head: CallHead,
  values: ContextValues | undefined,
  error: ConnectError | undefined,
) => void;

/**
 * A unary method that answers without making a message: what `call` gives is written at once, in whichever format the
 * client asks for. It must answer as the method's handler on the router does, which serves the long way.
 */
export interface DirectMethod {
  /** Reads a binary request that `call` can do with, or gives `undefined` to have it parsed as a message. */
  readonly fromBinary?: (bytes: Buffer) => unknown;
  /** The same of a request in JSON. */
  readonly fromJson?: (bytes: Buffer) => unknown;
  /** Does the work, synchronously. Throws what the handler would throw. */
  readonly call: (request: MessageShape<DescMessage>, context: HandlerContext) => unknown;
  /** The answer in binary, behind `reserve` bytes that are the adapter's to fill. */
  readonly toBinary: (value: unknown, reserve: number) => Uint8Array;
  /** The answer in protobuf's JSON. */
  readonly toJson: (value: unknown) => string;
}

/**
 * Options of `createUnaryAdapter`: those of `connectNodeAdapter`, and a few more.
 *
 * `contextValues` of `connectNodeAdapter` is not among them, since the short way has no Node request to hand to it:
 * return context values from {@link UnaryAdapterOptions.authorize}.
 */
export interface UnaryAdapterOptions extends Omit<ConnectNodeAdapterOptions, "contextValues"> {
  /** `false` sends every request through `connectNodeAdapter`. Default: `true`. */
  enabled?: boolean;
  /**
   * Milliseconds a unary call may take when its client names no deadline, counted from its headers: an integer from 1
   * to 99,999,999. Never more than the method's `maxTimeoutMs`. Default: none. Streams live as long as their peers want.
   */
  defaultTimeoutMs?: number;
  /** Called once for every request whose path is a method's, whichever way it goes. Default: every call may go on. */
  authorize?: Authorize;
  /** Called once for every request whose path is a method's, when it is over. Default: nobody is told. */
  ended?: Ended;
  /** Methods that the short way calls in place of their handlers, unless there are interceptors. Default: none. */
  direct?: ReadonlyMap<DescMethod, DirectMethod>;
  /** Headers of every answer to a call, errors included, on either way; names in lower case. Default: none. */
  responseHeaders?: Readonly<Record<string, string>>;
  /**
   * Makes the answer to a body in which the method's message cannot be found, on the short way. Default: the fault as
   * Connect tells it, which is `internal` where the client is to blame.
   */
  unreadable?: (fault: unknown) => ConnectError;
  /**
   * Wraps the handler of every request that does not go the short way: the place for CORS, since every request with an
   * `Origin` header and every `OPTIONS` comes this way. It runs before {@link UnaryAdapterOptions.authorize}.
   */
  wrapNodeHandler?: (handler: NodeHandler) => NodeHandler;
}

/** What every call asks of its adapter: some of its options, and its deadlines. */
export type Hooks = {
  readonly [K in "authorize" | "defaultTimeoutMs" | "ended" | "responseHeaders" | "unreadable"]:
    | UnaryAdapterOptions[K]
    | undefined;
} & { readonly deadlines: DeadlineWheel };

/** What `createUnaryAdapter` returns: one listener for each version of HTTP. */
export interface UnaryAdapter {
  /** For `http2Server.on("stream", …)` of a server that has no `request` listener. */
  readonly onStream: (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    flags: number,
    rawHeaders: readonly string[],
  ) => void;
  /** For `http.createServer(…)`. Requests of HTTP/2's compatibility API are served too, by `connectNodeAdapter`. */
  readonly onRequest: NodeHandler;
}
