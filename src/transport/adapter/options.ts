import type { IncomingHttpHeaders, RequestListener } from "node:http";
import type { Socket } from "node:net";
import type { DescMessage, DescMethod, MessageShape } from "@bufbuild/protobuf";
import type { ConnectError, ContextValues, HandlerContext } from "@connectrpc/connect";
import type { ConnectNodeAdapterOptions } from "@connectrpc/connect-node";
import type { ServerStream } from "../../http2/index.js";
import type { CutReason } from "../cut-reasons.js";
import type { DeadlineWheel } from "./deadline-wheel.js";
import type { HeldBodies, NoRoom } from "./held-bodies.js";
import type { HttpHandler } from "./http-exchange.js";
import type { ReadBody } from "./whole-body.js";

/** What a call asks for, as far as hooks must know it: a method of a schema, or what a server names like one. */
export interface CalledMethod {
  readonly name: string;
  readonly methodKind: DescMethod["methodKind"];
  /** The service that it is of. */
  readonly parent: { readonly typeName: string };
}

/** What is known of a call when its headers have arrived and nothing of its body has been read. */
export interface CallHead {
  /** The service the path names. */
  readonly service: CalledMethod["parent"];
  /** The method the path names. */
  readonly method: CalledMethod;
  /** The HTTP verb, `POST` for nearly every call. */
  readonly httpMethod: string;
  /** The path as received, with its query if there is one. */
  readonly path: string;
  /**
   * The header fields that tell of the caller (lower-case names), so that reading one header builds no `Headers`: of an
   * RPC all that were received. Not to be changed.
   */
  readonly headers: IncomingHttpHeaders;
  /** All header fields, as received. Not to be changed. */
  readonly received: IncomingHttpHeaders;
  /** The id of the request; undefined where nobody names requests. */
  readonly requestId: string | undefined;
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
 * Names a request: 1 to 128 characters of visible ASCII. Called once for each.
 *
 * @param headers the request's header fields
 */
export type NameRequest = (headers: IncomingHttpHeaders) => string;

/**
 * A unary method that answers without making a message: what `call` gives is written at once, in whichever format the
 * client asks for. It must answer as the method's handler on the router does, which serves the long way.
 */
export interface DirectMethod {
  /** Looks at a binary request before it is parsed. Throws what the client is told. */
  readonly checkBinary?: (bytes: Buffer) => void;
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

/** What a server stream sends: it is asked for one message after the other. */
export interface MessageSource {
  /**
   * The next message in binary, behind `reserve` bytes that are the adapter's to fill; undefined where there is none
   * yet, null at the end. The bytes must not change: many streams may be given the same ones. Throws what the client is
   * told.
   */
  next(): Uint8Array | undefined | null;
  /** The stream is over. Called once. */
  close(): void;
}

/**
 * A method with a stream of answers that are written as bytes. It must answer as the method's handler on the router
 * does, which serves the long way. A stream costs one object and no promise, iterator or signal.
 */
export interface DirectStream {
  /**
   * Begins. Throws what the handler would throw.
   *
   * @param wake is to be called when there may be a message, after `next` gave none; it does not throw
   * @param reserve how many bytes each message is to leave free before it
   */
  readonly open: (
    request: MessageShape<DescMessage>,
    context: HandlerContext,
    wake: () => void,
    reserve: number,
  ) => MessageSource;
}

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
