/** Records a span for each call whose trace is sampled. */

import { Code, type ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import type { Attributes, Span, Tracer } from "@opentelemetry/api";
import { type CallHead, isGrpc } from "../../transport/adapter/index.js";
import { traceContextOf } from "../trace-context.js";

/** The parts of `@opentelemetry/api` that are needed here: the package may not be there. */
export type OpenTelemetryApi = Pick<
  typeof import("@opentelemetry/api"),
  "createTraceState" | "ROOT_CONTEXT" | "SpanKind" | "SpanStatusCode" | "trace" | "TraceFlags"
>;

/** What is told of a call that is over. */
export interface EndedCall {
  readonly head: CallHead;
  /** The address that it came from. */
  readonly peer: string;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** What its client was told; undefined for an answer. */
  readonly error: ConnectError | undefined;
  /** The reason in the error's ErrorInfo. */
  readonly reason: string | undefined;
}

/** The ids of a span, as the log tells them. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** Records calls. */
export interface CallTracer {
  /** Records a call, and gives the ids of its span; undefined where its trace is not sampled. */
  record(call: EndedCall): SpanIds | undefined;
  /** Sends what is recorded, not for ever. */
  close(): Promise<void>;
}

/** Codes that are the server's fault; others are answers to what the caller did (semantic conventions for gRPC). */
const SERVER_FAULTS: ReadonlySet<Code> = new Set([
  Code.Unknown,
  Code.DeadlineExceeded,
  Code.Unimplemented,
  Code.Internal,
  Code.Unavailable,
  Code.DataLoss,
]);

/**
 * Records a call as a span of kind SERVER, with the stable attributes of OpenTelemetry's conventions for RPC, below the
 * span of its `traceparent`. Nothing of tokens and users is told.
 *
 * @param now milliseconds since 1970. Default the system's clock
 */
export function recordCall(
  api: OpenTelemetryApi,
  tracer: Tracer,
  { head, peer, durationMs, error, reason }: EndedCall,
  now = Date.now(),
): SpanIds | undefined {
  const method = `${head.service.typeName}/${head.method.name}`;
  const attributes: Attributes = {
    "rpc.system.name": systemOf(head),
    "rpc.method": method,
    "client.address": peer,
  };
  const options = { kind: api.SpanKind.SERVER, startTime: now - durationMs, attributes };
  const span = tracer.startSpan(method, options, parentOf(api, head));
  if (!span.isRecording()) return undefined;
  if (head.requestId !== undefined) span.setAttribute("secure_token.request_id", head.requestId);
  tellOutcome(api, span, head, error, reason);
  span.end(now);
  return span.spanContext();
}

function parentOf(api: OpenTelemetryApi, { received }: CallHead) {
  const parent = traceContextOf(received);
  if (parent === undefined) return api.ROOT_CONTEXT;
  const { tracestate } = received;
  return api.trace.setSpanContext(api.ROOT_CONTEXT, {
    traceId: parent.traceId,
    spanId: parent.parentId,
    traceFlags: parent.isSampled ? api.TraceFlags.SAMPLED : api.TraceFlags.NONE,
    isRemote: true,
    ...(typeof tracestate === "string" && { traceState: api.createTraceState(tracestate) }),
  });
}

/** gRPC's codes are in capitals, those of Connect are told of errors alone. */
function tellOutcome(
  api: OpenTelemetryApi,
  span: Span,
  head: CallHead,
  error: ConnectError | undefined,
  reason: string | undefined,
): void {
  const isCallOfGrpc = systemOf(head) === "grpc";
  if (error === undefined) {
    if (isCallOfGrpc) span.setAttribute("rpc.response.status_code", "OK");
    return;
  }
  const code = isCallOfGrpc ? grpcName(error.code) : codeToString(error.code);
  span.setAttribute("rpc.response.status_code", code);
  if (reason !== undefined) span.setAttribute("secure_token.reason", reason);
  if (!SERVER_FAULTS.has(error.code)) return;
  span.setAttribute("error.type", code);
  span.setStatus({ code: api.SpanStatusCode.ERROR });
}

/** A door is asked over plain HTTP. */
function systemOf(head: CallHead): string {
  if (isGrpc(head) || head.headers["content-type"]?.startsWith("application/grpc-web")) {
    return "grpc";
  }
  return head.service.typeName === "securetoken.Gateways" ? "http" : "connectrpc";
}

function grpcName(code: Code): string {
  return code === Code.Canceled ? "CANCELLED" : codeToString(code).toUpperCase();
}
