import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { HandlerContext, Interceptor, UnaryRequest, UnaryResponse } from "@connectrpc/connect";
import type { ShortCall } from "./short-call.js";
import type { UnaryRoute } from "./short-route.js";

type Message = MessageShape<DescMessage>;
type AnyFn = ReturnType<Interceptor>;

/**
 * Runs the interceptors and the implementation of a unary method.
 *
 * @param call the call; receives response headers and trailers
 * @param message the parsed request
 * @returns the response message, at once when there is no interceptor and the implementation is synchronous
 */
export function invokeUnary(
  call: ShortCall<UnaryRoute>,
  message: Message,
): Message | Promise<Message> {
  const { impl, method, options } = call.route;
  if (options.interceptors.length > 0) return intercept(call, message, options.interceptors);
  const output = impl(message, handlerContext(call));
  // A handler may be declared with any kind of promise; a message's own field of this name is never a function.
  return "then" in output && typeof output.then === "function"
    ? Promise.resolve(output as Promise<MessageInitShape<DescMessage>>).then((init) =>
        create(method.output, init),
      )
    : create(method.output, output as MessageInitShape<DescMessage>);
}

/** Applied anew for every call, as Connect does: an interceptor may keep state of one call in its outer function. */
async function intercept(
  call: ShortCall<UnaryRoute>,
  message: Message,
  interceptors: readonly Interceptor[],
): Promise<Message> {
  const ownRequest = unaryRequest(call, message);
  let ownResponse: UnaryResponse | undefined;
  let next: AnyFn = async (request) => {
    const { impl, method } = call.route;
    const context =
      request === ownRequest ? handlerContext(call) : mergedContext(call, request as UnaryRequest);
    const output = await impl(request.message as Message, context);
    ownResponse = unaryResponse(call, create(method.output, output));
    return ownResponse;
  };
  for (let i = interceptors.length - 1; i >= 0; i--) next = interceptors[i]!(next);
  const response = (await next(ownRequest)) as UnaryResponse;
  if (response !== ownResponse) {
    replaceHeaders(call.responseHeader, response.header);
    replaceHeaders(call.responseTrailer, response.trailer);
  }
  return response.message;
}

/*
 * Requests, responses and contexts are object literals with getters of their own. Getters on a prototype would be
 * cheaper by a microsecond, but `{ ...request, header }` is how interceptors pass a changed request on, and it copies
 * own properties only.
 */

function unaryRequest(call: ShortCall<UnaryRoute>, message: Message): UnaryRequest {
  const { method } = call.route;
  return {
    stream: false,
    message,
    method,
    service: method.parent,
    requestMethod: "POST",
    get url() {
      return call.url;
    },
    get signal() {
      return call.signal;
    },
    get header() {
      return call.requestHeader;
    },
    get contextValues() {
      return call.values;
    },
  };
}

function unaryResponse(call: ShortCall<UnaryRoute>, message: Message): UnaryResponse {
  const { method } = call.route;
  return {
    stream: false,
    message,
    method,
    service: method.parent,
    get header() {
      return call.responseHeader;
    },
    get trailer() {
      return call.responseTrailer;
    },
  };
}

function handlerContext(call: ShortCall<UnaryRoute>): HandlerContext {
  const { method } = call.route;
  return {
    method,
    service: method.parent,
    requestMethod: "POST",
    protocolName: call.protocolName,
    timeoutMs: () => call.timeoutMs(),
    get url() {
      return call.url;
    },
    get signal() {
      return call.signal;
    },
    get values() {
      return call.values;
    },
    get requestHeader() {
      return call.requestHeader;
    },
    get responseHeader() {
      return call.responseHeader;
    },
    get responseTrailer() {
      return call.responseTrailer;
    },
  };
}

/** The context of a handler behind an interceptor that passed on a request of its own making. */
function mergedContext(call: ShortCall<UnaryRoute>, request: UnaryRequest): HandlerContext {
  return {
    method: call.route.method,
    service: request.service,
    requestMethod: "POST",
    protocolName: call.protocolName,
    timeoutMs: () => call.timeoutMs(),
    signal: request.signal,
    values: request.contextValues,
    requestHeader: request.header,
    get url() {
      return call.url;
    },
    get responseHeader() {
      return call.responseHeader;
    },
    get responseTrailer() {
      return call.responseTrailer;
    },
  };
}

function replaceHeaders(target: Headers, source: Headers): void {
  if (source === target) return;
  for (const name of [...target.keys()]) target.delete(name);
  source.forEach((value, name) => {
    target.append(name, value);
  });
}
