import type { IncomingHttpHeaders } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { ConnectError, ContextValues } from "@connectrpc/connect";
import type { ConnectNodeAdapterOptions, connectNodeAdapter } from "@connectrpc/connect-node";

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
