import type { ConnectError } from "@connectrpc/connect";
import { encodeEnvelope, type UniversalHandlerOptions } from "@connectrpc/connect/protocol";
import {
  codeToHttpStatus,
  createEndStreamSerialization,
  endStreamFlag,
  errorToJsonBytes,
} from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import type { HttpResponse } from "./http-exchange.js";

/**
 * The answer that carries an error, in the protocol that the request's `content-type` names, for a call that has not
 * reached Connect's handler.
 *
 * A request that names none, such as a `GET`, is answered as Connect's unary protocol answers.
 */
export function refusal(
  jsonOptions: UniversalHandlerOptions["jsonOptions"],
  contentType: string,
  error: ConnectError,
): HttpResponse {
  const lowerCased = contentType.toLowerCase();
  // As Connect has it: the format that a name without one stands for is named in the answer.
  const grpcType = /^application\/grpc(-web)?$/.test(contentType)
    ? `${contentType}+proto`
    : contentType;
  if (lowerCased.startsWith("application/grpc-web")) {
    const trailers = trailerSerialize(setTrailerStatus(new Headers(), error));
    const header = new Headers({ "content-type": grpcType });
    return { status: 200, header, body: encodeEnvelope(trailerFlag, trailers) };
  }
  if (lowerCased.startsWith("application/grpc")) {
    // Trailers-Only.
    const header = setTrailerStatus(new Headers({ "content-type": grpcType }), error);
    return { status: 200, header };
  }
  if (lowerCased.startsWith("application/connect+")) {
    const end = createEndStreamSerialization(jsonOptions);
    const body = encodeEnvelope(endStreamFlag, end.serialize({ metadata: new Headers(), error }));
    return { status: 200, header: new Headers({ "content-type": contentType }), body };
  }
  const header = new Headers(error.metadata);
  const body = errorToJsonBytes(error, jsonOptions);
  header.set("content-type", "application/json");
  header.set("content-length", String(body.byteLength));
  return { status: codeToHttpStatus(error.code), header, body };
}
