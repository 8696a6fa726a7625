import type { OutgoingHttpHeaders } from "node:http";
import type { ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import {
  codeToHttpStatus,
  createEndStreamSerialization,
  endStreamFlag,
  errorToJsonBytes,
} from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import { copyToNodeHeaders } from "./node-headers.js";
import type { NodeRequest, NodeResponse } from "./options.js";
import type { Route } from "./routes.js";

interface Refusal {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
}

/**
 * Answers a request with an error, in the protocol its `content-type` names, before Connect's adapter has seen it.
 *
 * A request that names none, such as a `GET`, is answered as Connect's unary protocol answers.
 */
export function refuseNodeRequest(
  route: Route,
  request: NodeRequest,
  response: NodeResponse,
  error: ConnectError,
): void {
  const { status, headers, body } = refusal(route, request.headers["content-type"] ?? "", error);
  response.writeHead(status, headers);
  if (body !== undefined) response.write(body);
  response.end();
}

function refusal(route: Route, contentType: string, error: ConnectError): Refusal {
  const { jsonOptions } = route.options;
  const lowerCased = contentType.toLowerCase();
  // As Connect has it: the format that a name without one stands for is named in the answer.
  const grpcType = /^application\/grpc(-web)?$/.test(contentType)
    ? `${contentType}+proto`
    : contentType;
  if (lowerCased.startsWith("application/grpc-web")) {
    const trailers = trailerSerialize(setTrailerStatus(new Headers(), error));
    return {
      status: 200,
      headers: { "content-type": grpcType },
      body: encodeEnvelope(trailerFlag, trailers),
    };
  }
  if (lowerCased.startsWith("application/grpc")) {
    const headers: OutgoingHttpHeaders = { "content-type": grpcType };
    copyToNodeHeaders(setTrailerStatus(new Headers(), error), headers);
    return { status: 200, headers };
  }
  if (lowerCased.startsWith("application/connect+")) {
    const end = createEndStreamSerialization(jsonOptions);
    return {
      status: 200,
      headers: { "content-type": contentType },
      body: encodeEnvelope(endStreamFlag, end.serialize({ metadata: new Headers(), error })),
    };
  }
  const headers: OutgoingHttpHeaders = {};
  copyToNodeHeaders(error.metadata, headers);
  const body = errorToJsonBytes(error, jsonOptions);
  headers["content-type"] = "application/json";
  headers["content-length"] = String(body.byteLength);
  return { status: codeToHttpStatus(error.code), headers, body };
}
