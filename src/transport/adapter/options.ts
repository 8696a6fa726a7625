import type { IncomingHttpHeaders, RequestListener } from "node:http";
import type { Socket } from "node:net";
import type { DescMessage, DescMethod } from "@bufbuild/protobuf";
import type { ConnectError, ContextValues } from "@connectrpc/connect";
import type { ConnectNodeAdapterOptions } from "@connectrpc/connect-node";
import type { ServerStream } from "../../http2/index.js";
import type { CutReason } from "../cut-reasons.js";
import type { CallHead } from "./call-head.js";
import type { DeadlineWheel } from "./deadline-wheel.js";
import type { DirectMethod, DirectStream } from "./direct-methods.js";
import type { HeldBodies, NoRoom } from "./held-bodies.js";
import type { HttpHandler } from "./http-exchange.js";
import type { ReadBody } from "./whole-body.js";

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
 * Names a request: 1 to 128 characters of visible ASCII. Called once for each.
 *
 * @param headers the request's header fields
 */
export type NameRequest = (headers: IncomingHttpHeaders) => string;

/**
 * Options of `createUnaryAdapter`: those of `connectNodeAdapter`, and a few more.
 *
 * `contextValues` of `connectNodeAdapter` is not among them, since most calls have no Node request to hand to it:
 * return context values from {@link UnaryAdapterOptions.authorize}.
 */
export interface UnaryAdapterOptions
  extends Omit<ConnectNodeAdapterOptions, "contextValues" | "fallback"> {
  /** `false` sends every request through Connect's universal handlers. Default: `true`. */
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
  /** Server streams that the short way opens in place of their handlers, unless there are interceptors. Default: none. */
  directStreams?: ReadonlyMap<DescMethod, DirectStream>;
  /** Names every request; its answer carries the id as `x-request-id`, on either way. Default: none has an id. */
  nameRequest?: NameRequest;
  /**
   * Headers of every answer, errors and what wrappers answer included, on either way; names in lower case. An answer
   * that has its own of the name keeps that. What a gate refuses has none of them. Default: none.
   */
  responseHeaders?: Readonly<Record<string, string>>;
  /**
   * The `www-authenticate` of every 401, which HTTP asks for (RFC 9110, section 11.6.1); gRPC has no 401. Default: none.
   */
  challenge?: string;
  /**
   * Makes the answer to a body in which the method's message cannot be found, on the short way. Default: the fault as
   * Connect tells it, which is `internal` where the client is to blame.
   */
  unreadable?: (fault: unknown) => ConnectError;
  /** Looks at a request in JSON before it is parsed, on the short way. Throws what the client is told. Default: nothing. */
  checkJson?: (input: DescMessage, text: string) => void;
  /**
   * Makes the answer to a request that is given up because the server holds too much of unfinished ones. Default:
   * `resource_exhausted` with the text.
   */
  noRoom?: NoRoom;
  /** Is told of each connection that is cut because too many requests wait to begin. Default: nobody is. */
  onCut?: (socket: Socket, reason: CutReason) => void;
  /** Tells from a request's headers whether it is for this server at all; others are refused. Default: all are. */
  gate?: Gate;
  /** Answers requests whose path is no method's. Default: 404, and `unimplemented` for calls of gRPC. */
  fallback?: HttpHandler;
  /**
   * Wraps the handler of every request that does not go the short way: the place for CORS, since every request with an
   * `Origin` header and every `OPTIONS` comes this way. It runs before {@link UnaryAdapterOptions.authorize}. A
   * request whose path is no method's may take ten seconds, with its answer.
   *
   * @param readBody reads the body of such a request, where {@link UnaryAdapterOptions.readsBody} keeps it
   */
  wrapHandler?: (handler: HttpHandler, readBody: ReadBody) => HttpHandler;
  /**
   * Whether a handler of `wrapHandler` reads the body of requests for a path that is no method's. Others are dropped as
   * they come. Default: none is read.
   */
  readsBody?: (path: string) => boolean;
}

/** Which requests are served, whatever they ask for. */
export interface Gate {
  /** Whether a request may be looked at. */
  readonly admits: (headers: IncomingHttpHeaders) => boolean;
  /** Answers one that may not. */
  readonly refuse: HttpHandler;
}

/** What every call asks of its adapter: some of its options, its deadlines, and room for its body. */
export type Hooks = {
  readonly [K in
    | "authorize"
    | "challenge"
    | "defaultTimeoutMs"
    | "ended"
    | "nameRequest"
    | "unreadable"]: UnaryAdapterOptions[K] | undefined;
} & {
  readonly deadlines: DeadlineWheel;
  readonly bodies: HeldBodies;
  /** The streams that are open: each is told of the shutdown. */
  readonly openStreams: Set<Interruptible>;
};

/** What ends early when the server does. */
export interface Interruptible {
  interrupt(reason: unknown): void;
}

/** What `createUnaryAdapter` returns: one listener for each version of HTTP. */
export interface UnaryAdapter {
  /** For `createHttp2Server`. */
  readonly onStream: (stream: ServerStream) => void;
  /** For `http.createServer(…)`. */
  readonly onRequest: RequestListener;
}
