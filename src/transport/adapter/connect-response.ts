import type { OutgoingHttpHeaders } from "node:http";
import type { ConnectError } from "@connectrpc/connect";
import {
  codeToHttpStatus,
  errorToJsonBytes,
  trailerMux,
} from "@connectrpc/connect/protocol-connect";
import { copyToNodeHeaders } from "./node-headers.js";
import { firstHeaders } from "./request-id.js";
import type { AnsweredCall } from "./wire.js";

/** One response of Connect's unary protocol, ready for either version of HTTP. */
export interface ConnectResponse {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array;
}

/** The response that carries a message. Trailers travel as headers with the prefix `trailer-`. */
export function connectResponse(call: AnsweredCall, message: Uint8Array): ConnectResponse {
  const headers = firstHeaders(call);
  if (call.hasResponseTrailer) {
    copyToNodeHeaders(trailerMux(call.responseHeader, call.responseTrailer), headers);
  } else {
    call.nodeResponseHeaders(headers);
  }
  headers["content-length"] = message.byteLength;
  return { status: 200, headers, body: message };
}

/** The response that carries an error, as JSON whatever the request's own format. */
export function connectErrorResponse(call: AnsweredCall, error: ConnectError): ConnectResponse {
  const { responseHeader, responseTrailer } = call;
  responseHeader.set("content-type", "application/json");
  error.metadata.forEach((value, name) => {
    responseHeader.set(name, value);
  });
  const body = errorToJsonBytes(error, call.route.options.jsonOptions);
  const headers = firstHeaders(call);
  copyToNodeHeaders(trailerMux(responseHeader, responseTrailer), headers);
  headers["content-length"] = body.byteLength;
  const status = codeToHttpStatus(error.code);
  const { challenge } = call.route.hooks;
  if (status === 401 && challenge !== undefined) headers["www-authenticate"] = challenge;
  return { status, headers, body };
}
