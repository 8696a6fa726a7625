/** Answers below the level of Connect: what its handlers would never send. */
import type { IncomingMessage, ServerResponse } from "node:http";

const CODES = {
  UNAVAILABLE: { grpc: 14, http: 503, connect: "unavailable" },
  INTERNAL: { grpc: 13, http: 500, connect: "internal" },
  UNAUTHENTICATED: { grpc: 16, http: 401, connect: "unauthenticated" },
} as const;

/** Ends a call with a bare status. In gRPC that is Trailers-Only, as a retry policy demands. */
export function answerStatus(
  request: IncomingMessage,
  response: ServerResponse,
  code: keyof typeof CODES,
  extra: { readonly trailer?: string; readonly details?: readonly unknown[] } = {},
): void {
  request.resume();
  const { grpc, http, connect } = CODES[code];
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/grpc")) {
    response.setHeader("content-type", type);
    response.setHeader("grpc-status", grpc);
    response.setHeader("grpc-message", "told by the conformance runner");
    if (extra.trailer) response.setHeader("grpc-status-details-bin", extra.trailer);
    response.end();
    return;
  }
  response.writeHead(http, { "content-type": "application/json" });
  response.end(JSON.stringify({ code: connect, message: "told by the runner", ...extra }));
}

/** UNAUTHENTICATED with details that are base64 of nothing that could be parsed. */
export function answerGarbage(request: IncomingMessage, response: ServerResponse): void {
  const garbage = "//////8";
  const details = [{ type: "securetoken.v1.TokenErrorDetail", value: garbage }, { type: 1 }];
  answerStatus(request, response, "UNAUTHENTICATED", { trailer: garbage, details });
}
