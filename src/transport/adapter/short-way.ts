import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { ConnectError } from "@connectrpc/connect";
import type { ServerStream } from "../../http2/index.js";
import { ConnectHttp1Wire } from "./connect-http1-wire.js";
import { ConnectHttp2Wire } from "./connect-http2-wire.js";
import { readTimeout } from "./deadline.js";
import { EnvelopeBody } from "./envelope-body.js";
import { ignoreError } from "./errors.js";
import type { Formats } from "./formats.js";
import { GrpcHttp2Wire, GrpcStreamWire } from "./grpc-http2-wire.js";
import { BareBody, messageTooLarge } from "./message-body.js";
import type { Route } from "./routes.js";
import { ShortCall } from "./short-call.js";
import type { ShortRoute, StreamRoute, UnaryRoute } from "./short-route.js";
import { StreamExchange } from "./stream-exchange.js";
import { UnaryExchange } from "./unary-exchange.js";
import type { Format } from "./wire.js";

/** What the short way needs to know of its adapter. */
export interface ShortWay {
  /** Every method, by request path. */
  readonly routes: ReadonlyMap<string, Route>;
  readonly formats: Formats;
}

/**
 * Serves an ordinary call on its stream.
 *
 * @returns `false`, with the stream untouched, when the request is anything but ordinary
 */
export function tryStream({ routes, formats }: ShortWay, stream: ServerStream): boolean {
  const { headers } = stream;
  const path = headers[":path"] as string;
  const format = formats.get(headers["content-type"]);
  const route = match(routes.get(path), format, headers[":method"], headers);
  if (format === undefined || route === undefined) return false;
  if (route.kind === "stream") {
    serveMessages(route, format, path, stream);
    return true;
  }
  const isGrpc = format.protocolName === "grpc";
  const wire = isGrpc ? new GrpcHttp2Wire(stream) : new ConnectHttp2Wire(stream);
  const call = new ShortCall(route, format, wire, path, headers);
  const { readMaxBytes } = route.options;
  const body = isGrpc ? new EnvelopeBody(readMaxBytes, "unary") : new BareBody(readMaxBytes);
  const exchange = new UnaryExchange(call, body);
  stream.handler = exchange;
  const timeout = timeoutOf(route, headers, isGrpc);
  exchange.start(
    timeout,
    timeout.error ?? (isGrpc ? undefined : lengthFault(headers, readMaxBytes)),
  );
  return true;
}

/** Serves a server stream of gRPC. */
function serveMessages(
  route: StreamRoute,
  format: Format,
  path: string,
  stream: ServerStream,
): void {
  const { headers } = stream;
  const wire = new GrpcStreamWire(stream);
  const call = new ShortCall(route, format, wire, path, headers);
  const body = new EnvelopeBody(route.options.readMaxBytes, "server-streaming");
  const exchange = new StreamExchange(call, body, wire);
  stream.handler = exchange;
  const timeout = readTimeout(headers, true, route.maxTimeoutMs, undefined);
  exchange.start(timeout, timeout.error);
}

/**
 * Serves an ordinary unary call of Connect's protocol over HTTP/1.1.
 *
 * @returns `false`, with the request untouched, when it is anything but ordinary
 */
export function tryRequest(
  { routes, formats }: ShortWay,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { headers, url: path = "" } = request;
  const format = formats.get(headers["content-type"]);
  const route = match(routes.get(path), format, request.method, headers);
  if (format === undefined || route?.kind !== "unary" || format.protocolName === "grpc") {
    return false;
  }
  const call = new ShortCall(route, format, new ConnectHttp1Wire(request, response), path, headers);
  const { readMaxBytes } = route.options;
  const exchange = new UnaryExchange(call, new BareBody(readMaxBytes));
  request.on("error", ignoreError);
  response.on("error", ignoreError);
  response.on("close", () => exchange.end(undefined));
  const timeout = timeoutOf(route, headers, false);
  const fault = timeout.error ?? lengthFault(headers, readMaxBytes);
  // Node tells of headers before it reads the body that came with them: an answer from here would not know that it has.
  queueMicrotask(() => {
    if (!call.done) exchange.start(timeout, fault);
  });
  return true;
}

function match(
  route: Route | undefined,
  format: Format | undefined,
  httpMethod: unknown,
  headers: IncomingHttpHeaders,
): ShortRoute | undefined {
  if (
    route?.short === undefined ||
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
  // Connect's own streams have other content types.
  if (route.short.kind === "stream") return isGrpc ? route.short : undefined;
  if (!isGrpc && route.options.requireConnectProtocolHeader) {
    if (headers["connect-protocol-version"] !== "1") return undefined;
  }
  return route.short;
}

function timeoutOf(
  { maxTimeoutMs, hooks }: UnaryRoute,
  headers: IncomingHttpHeaders,
  isGrpc: boolean,
) {
  return readTimeout(headers, isGrpc, maxTimeoutMs, hooks.defaultTimeoutMs);
}

/** A body announced beyond the limit is refused before a byte of it is read. */
function lengthFault(headers: IncomingHttpHeaders, maxBytes: number): ConnectError | undefined {
  const length = Number(headers["content-length"]);
  return length > maxBytes ? messageTooLarge(maxBytes, length) : undefined;
}
