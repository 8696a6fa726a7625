import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ConnectError } from "@connectrpc/connect";
import { ConnectHttp1Wire } from "./connect-http1-wire.js";
import { ConnectHttp2Wire } from "./connect-http2-wire.js";
import { readTimeout } from "./deadline.js";
import { EnvelopeBody } from "./envelope-body.js";
import { ignoreError, resetReason } from "./errors.js";
import { GrpcHttp2Wire } from "./grpc-http2-wire.js";
import { BareBody, messageTooLarge } from "./message-body.js";
import type { Authorize, CallHead } from "./options.js";
import type { Route, UnaryRoute } from "./routes.js";
import { serveUnary } from "./serve-unary.js";
import { UnaryCall } from "./unary-call.js";

/** The unary format of a call that may go the short way. */
interface Format {
  readonly protocolName: "grpc" | "connect";
  readonly binary: boolean;
  readonly responseType: string;
}

const grpc: Format = {
  protocolName: "grpc",
  binary: true,
  responseType: "application/grpc+proto",
};

/** By the exact `content-type`: parameters, other spellings and gRPC with JSON are left to Connect's adapter. */
const formats: ReadonlyMap<string | undefined, Format> = new Map([
  ["application/grpc", grpc],
  ["application/grpc+proto", grpc],
  [
    "application/proto",
    { protocolName: "connect", binary: true, responseType: "application/proto" },
  ],
  [
    "application/json",
    { protocolName: "connect", binary: false, responseType: "application/json" },
  ],
]);

/** A request that may go the short way, and how. */
interface Match {
  readonly unary: UnaryRoute;
  readonly format: Format;
}

/** What the short way needs to know of its adapter. */
export interface ShortWayOptions {
  /** Every method, by request path. */
  readonly routes: ReadonlyMap<string, Route>;
  /** See `UnaryAdapterOptions`. */
  readonly authorize: Authorize | undefined;
  /** See `UnaryAdapterOptions`. */
  readonly defaultTimeoutMs: number | undefined;
  /** See `UnaryAdapterOptions`. */
  readonly unreadable: ((fault: unknown) => ConnectError) | undefined;
}

/**
 * Serves an ordinary unary call on its bare HTTP/2 stream.
 *
 * @returns `false`, with the stream untouched, when the request is anything but ordinary
 */
export function tryStream(
  options: ShortWayOptions,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): boolean {
  const path = String(headers[":path"]);
  const match = matchRequest(options, path, headers[":method"], headers);
  if (match === undefined) return false;
  const { unary, format } = match;
  const { authorize } = options;
  const call = createCall(match, headers, () => {
    const scheme = stream.session?.encrypted ? "https" : "http";
    return new URL(path, `${scheme}://${headers[":authority"] ?? headers.host}`).toString();
  });
  stream.on("error", ignoreError);
  stream.on("close", () => {
    clearTimeout(call.timer);
    if (!call.done) call.finish(resetReason(stream.rstCode));
  });
  const { readMaxBytes } = unary.options;
  const grpcWire = format.protocolName === "grpc";
  serveUnary({
    call,
    source: stream,
    wire: grpcWire ? new GrpcHttp2Wire(stream) : new ConnectHttp2Wire(stream),
    body: grpcWire ? new EnvelopeBody(readMaxBytes) : new BareBody(readMaxBytes),
    binary: format.binary,
    unreadable: options.unreadable,
    timeout: readTimeout(headers, grpcWire, unary.options.maxTimeoutMs, options.defaultTimeoutMs),
    fault: grpcWire ? undefined : lengthFault(headers, readMaxBytes),
    admit:
      authorize && (() => authorize(callHead(unary, path, headers, () => stream.session?.socket))),
  });
  return true;
}

/**
 * Serves an ordinary unary call of Connect's protocol over HTTP/1.1.
 *
 * @returns `false`, with the request untouched, when it is anything but ordinary
 */
export function tryRequest(
  options: ShortWayOptions,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { headers, url: path = "" } = request;
  const match = matchRequest(options, path, request.method, headers);
  if (match === undefined || match.format.protocolName === "grpc") return false;
  const { unary, format } = match;
  const { authorize } = options;
  const call = createCall(match, headers, () => {
    const scheme = (request.socket as Partial<TLSSocket>).encrypted ? "https" : "http";
    return new URL(path, `${scheme}://${headers.host}`).toString();
  });
  request.on("error", ignoreError);
  response.on("error", ignoreError);
  response.on("close", () => {
    clearTimeout(call.timer);
    if (!call.done) call.finish(undefined);
  });
  const { readMaxBytes, maxTimeoutMs } = unary.options;
  serveUnary({
    call,
    source: request,
    wire: new ConnectHttp1Wire(request, response),
    body: new BareBody(readMaxBytes),
    binary: format.binary,
    unreadable: options.unreadable,
    timeout: readTimeout(headers, false, maxTimeoutMs, options.defaultTimeoutMs),
    fault: lengthFault(headers, readMaxBytes),
    admit: authorize && (() => authorize(callHead(unary, path, headers, () => request.socket))),
  });
  return true;
}

function matchRequest(
  { routes }: ShortWayOptions,
  path: string,
  httpMethod: unknown,
  headers: IncomingHttpHeaders,
): Match | undefined {
  const route = routes.get(path);
  const format = formats.get(headers["content-type"]);
  if (
    route?.unary === undefined ||
    format === undefined ||
    httpMethod !== "POST" ||
    headers.origin !== undefined ||
    headers.expect !== undefined ||
    !route.protocols.includes(format.protocolName)
  ) {
    return undefined;
  }
  const isGrpc = format.protocolName === "grpc";
  const encoding = headers[isGrpc ? "grpc-encoding" : "content-encoding"];
  if (encoding !== undefined && encoding !== "identity") return undefined;
  if (!isGrpc && route.options.requireConnectProtocolHeader) {
    if (headers["connect-protocol-version"] !== "1") return undefined;
  }
  return { unary: route.unary, format };
}

function createCall(match: Match, headers: IncomingHttpHeaders, url: () => string): UnaryCall {
  const { protocolName, responseType } = match.format;
  return new UnaryCall({ route: match.unary, protocolName, responseType, headers, url });
}

function callHead(
  { method }: UnaryRoute,
  path: string,
  headers: IncomingHttpHeaders,
  socket: () => Socket | undefined,
): CallHead {
  return {
    service: method.parent,
    method,
    httpMethod: "POST",
    path,
    headers,
    get socket() {
      return socket();
    },
  };
}

/** A body announced beyond the limit is refused before a byte of it is read. */
function lengthFault(headers: IncomingHttpHeaders, maxBytes: number): ConnectError | undefined {
  const length = Number(headers["content-length"]);
  return length > maxBytes ? messageTooLarge(maxBytes, length) : undefined;
}
