/** A Connect transport on top of @grpc/grpc-js: Connect's clients and interceptors, gRPC's channel. */
import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createContextValues,
  type Interceptor,
  type StreamRequest,
  type StreamResponse,
  type Transport,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import { createMethodUrl, runStreamingCall, runUnaryCall } from "@connectrpc/connect/protocol";
import type { Client, ClientReadableStream, ServiceError } from "@grpc/grpc-js";
import { toConnectError, toHeaders, toMetadata } from "./grpc-js-metadata.js";

/**
 * Makes unary calls and server streams through a channel of @grpc/grpc-js. Interceptors see `baseUrl` in the URLs of
 * requests; the channel alone decides where they go.
 */
export function createGrpcJsTransport(
  client: Client,
  baseUrl: string,
  interceptors: Interceptor[],
): Transport {
  return {
    unary(method, signal, timeoutMs, header, message, contextValues) {
      // Connect's callers say 0 where they want no deadline.
      const timeout = timeoutMs !== undefined && timeoutMs > 0 ? timeoutMs : undefined;
      return runUnaryCall({
        interceptors,
        signal: signal as AbortSignal,
        timeoutMs: timeout as number,
        req: {
          stream: false,
          service: method.parent,
          method,
          requestMethod: "POST",
          url: createMethodUrl(baseUrl, method),
          header: new Headers(header),
          contextValues: contextValues ?? createContextValues(),
          message,
        },
        next: (request) => callUnary(client, request, timeout),
      });
    },
    stream(method, signal, timeoutMs, header, input, contextValues) {
      const timeout = timeoutMs !== undefined && timeoutMs > 0 ? timeoutMs : undefined;
      if (method.methodKind !== "server_streaming") {
        const text = "this transport makes unary calls and server streams only";
        return Promise.reject(new ConnectError(text, Code.Unimplemented));
      }
      return runStreamingCall({
        interceptors,
        signal: signal as AbortSignal,
        timeoutMs: timeout as number,
        req: {
          stream: true,
          service: method.parent,
          method,
          requestMethod: "POST",
          url: createMethodUrl(baseUrl, method),
          header: new Headers(header),
          contextValues: contextValues ?? createContextValues(),
          message: input,
        },
        next: (request) => callServerStream(client, request, timeout),
      });
    },
  };
}

function callUnary<I extends DescMessage, O extends DescMessage>(
  client: Client,
  request: UnaryRequest<I, O>,
  timeoutMs: number | undefined,
): Promise<UnaryResponse<I, O>> {
  const { method, service, signal } = request;
  return new Promise((resolve, reject) => {
    let header = new Headers();
    let answer: MessageShape<O> | undefined;
    const call = client.makeUnaryRequest(
      `/${service.typeName}/${method.name}`,
      (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
      (bytes: Buffer) => fromBinary(method.output, plainBytes(bytes)),
      request.message,
      toMetadata(request.header),
      timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
      (error, message) => {
        if (error) reject(toConnectError(error));
        else answer = message;
      },
    );
    call.on("metadata", (metadata) => {
      header = toHeaders(metadata);
    });
    // The status, and the trailers with it, come after the callback.
    call.on("status", ({ metadata }) => {
      if (answer === undefined) return;
      const trailer = toHeaders(metadata);
      resolve({ stream: false, service, method, header, message: answer, trailer });
    });
    const cancel = () => call.cancel();
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel, { once: true });
  });
}

async function callServerStream<I extends DescMessage, O extends DescMessage>(
  client: Client,
  request: StreamRequest<I, O>,
  timeoutMs: number | undefined,
): Promise<StreamResponse<I, O>> {
  const { method, service, signal } = request;
  const first = await request.message[Symbol.asyncIterator]().next();
  const call = client.makeServerStreamRequest(
    `/${service.typeName}/${method.name}`,
    (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
    (bytes: Buffer) => fromBinary(method.output, plainBytes(bytes)),
    first.value,
    toMetadata(request.header),
    timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
  );
  const cancel = () => call.cancel();
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  const trailer = new Headers();
  return {
    stream: true,
    service,
    method,
    header: new Headers(),
    trailer,
    message: messagesOf(call, cancel),
  };
}

/** The messages of a stream. Whoever stops reading ends the call. */
async function* messagesOf<T>(
  call: ClientReadableStream<T>,
  cancel: () => void,
): AsyncGenerator<T, void, undefined> {
  try {
    for await (const message of call) yield message as T;
  } catch (error) {
    throw toConnectError(error as ServiceError);
  } finally {
    cancel();
  }
}

/** The same bytes as a Uint8Array, so that the `bytes` fields cut from it are none of Node's Buffers. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
