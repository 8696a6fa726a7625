import { setTimeout as sleep } from "node:timers/promises";
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { ConnectError } from "@connectrpc/connect";
import type {
  ConformancePayload_RequestInfo,
  ConformanceService,
  Error as ErrorDefinition,
  Header,
  StreamResponseDefinition,
  UnaryResponseDefinition,
} from "./gen/connectrpc/conformance/v1/service_pb.js";
import {
  BidiStreamRequestSchema,
  ClientStreamRequestSchema,
  ConformancePayload_RequestInfoSchema,
  type ConformancePayloadSchema,
  IdempotentUnaryRequestSchema,
  ServerStreamRequestSchema,
  UnaryRequestSchema,
} from "./gen/connectrpc/conformance/v1/service_pb.js";

type PayloadInit = MessageInitShape<typeof ConformancePayloadSchema>;

/**
 * The service the official conformance suite calls: every request says how to answer it, and every answer tells what
 * the server saw of the request. `Unimplemented` is left out, as the suite wants it.
 */
export const conformanceService: Partial<ServiceImpl<typeof ConformanceService>> = {
  async unary(request, context) {
    const info = requestInfo(context, [packed(UnaryRequestSchema, request)]);
    return { payload: await answerOnce(context, request.responseDefinition, info) };
  },

  async idempotentUnary(request, context) {
    const info = requestInfo(context, [packed(IdempotentUnaryRequestSchema, request)]);
    if (context.requestMethod === "GET") {
      const query = new URL(context.url).searchParams;
      info.connectGetInfo = {
        $typeName: "connectrpc.conformance.v1.ConformancePayload.ConnectGetInfo",
        queryParams: toHeaderList(query),
      };
    }
    return { payload: await answerOnce(context, request.responseDefinition, info) };
  },

  async clientStream(requests, context) {
    const seen: Any[] = [];
    let definition: UnaryResponseDefinition | undefined;
    for await (const request of requests) {
      if (seen.length === 0) definition = request.responseDefinition;
      seen.push(packed(ClientStreamRequestSchema, request));
    }
    return { payload: await answerOnce(context, definition, requestInfo(context, seen)) };
  },

  async *serverStream(request, context) {
    const info = requestInfo(context, [packed(ServerStreamRequestSchema, request)]);
    for await (const payload of answerAll(context, request.responseDefinition, info)) {
      yield { payload };
    }
  },

  async *bidiStream(requests, context) {
    const seen: Any[] = [];
    let definition: StreamResponseDefinition | undefined;
    let fullDuplex = false;
    let sent = 0;
    for await (const request of requests) {
      if (definition === undefined && seen.length === 0 && sent === 0) {
        definition = request.responseDefinition;
        fullDuplex = request.fullDuplex;
        if (fullDuplex) setHeaders(context, definition);
      }
      seen.push(packed(BidiStreamRequestSchema, request));
      if (!fullDuplex) continue;
      if (definition === undefined || sent >= definition.responseData.length) break;
      await sleep(definition.responseDelayMs);
      const requestsSince = seen.splice(0);
      const info =
        sent === 0
          ? requestInfo(context, requestsSince)
          : create(ConformancePayload_RequestInfoSchema, { requests: requestsSince });
      yield { payload: { data: definition.responseData[sent]!, requestInfo: info } };
      sent++;
    }
    if (fullDuplex) {
      if (definition?.error === undefined) return;
      throw toError(definition.error, sent === 0 ? requestInfo(context, seen) : undefined);
    }
    for await (const payload of answerAll(context, definition, requestInfo(context, seen))) {
      yield { payload };
    }
  },
};

async function answerOnce(
  context: HandlerContext,
  definition: UnaryResponseDefinition | undefined,
  info: ConformancePayload_RequestInfo,
): Promise<PayloadInit> {
  setHeaders(context, definition);
  await sleep(definition?.responseDelayMs ?? 0);
  const response = definition?.response;
  if (response?.case === "error") throw toError(response.value, info);
  return response?.case === "responseData"
    ? { data: response.value, requestInfo: info }
    : { requestInfo: info };
}

async function* answerAll(
  context: HandlerContext,
  definition: StreamResponseDefinition | undefined,
  info: ConformancePayload_RequestInfo,
): AsyncGenerator<PayloadInit> {
  if (definition === undefined) return;
  setHeaders(context, definition);
  let sent = 0;
  for (const data of definition.responseData) {
    await sleep(definition.responseDelayMs);
    yield sent === 0 ? { data, requestInfo: info } : { data };
    sent++;
  }
  if (definition.error !== undefined) {
    throw toError(definition.error, sent === 0 ? info : undefined);
  }
}

function setHeaders(
  context: HandlerContext,
  definition: UnaryResponseDefinition | StreamResponseDefinition | undefined,
): void {
  for (const { name, value } of definition?.responseHeaders ?? []) {
    for (const one of value) context.responseHeader.append(name, one);
  }
  for (const { name, value } of definition?.responseTrailers ?? []) {
    for (const one of value) context.responseTrailer.append(name, one);
  }
}

function requestInfo(context: HandlerContext, requests: Any[]): ConformancePayload_RequestInfo {
  const timeoutMs = context.timeoutMs();
  return create(ConformancePayload_RequestInfoSchema, {
    requestHeaders: toHeaderList(context.requestHeader),
    requests,
    ...(timeoutMs === undefined ? {} : { timeoutMs: BigInt(timeoutMs) }),
  });
}

function toError(
  definition: ErrorDefinition,
  info: ConformancePayload_RequestInfo | undefined,
): ConnectError {
  const error = new ConnectError(definition.message ?? "", definition.code as number);
  error.details = definition.details.map(({ typeUrl, value }) => ({
    type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
    value,
  }));
  if (info !== undefined) {
    error.details.push({ desc: ConformancePayload_RequestInfoSchema, value: info });
  }
  return error;
}

function toHeaderList(entries: Iterable<[string, string]>): Header[] {
  return [...entries].map(([name, value]) => ({
    $typeName: "connectrpc.conformance.v1.Header",
    name,
    value: [value],
  }));
}

function packed<D extends DescMessage>(desc: D, message: MessageShape<D>): Any {
  return anyPack(desc, message);
}
