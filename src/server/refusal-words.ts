/**
 * Words for requests that are refused by HTTP's status alone: whoever calls by hand, and forgets the content type or
 * misspells a path, would see an empty answer. Clients of gRPC and Connect go by the status.
 */
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { addHeader, type HttpHandler, type HttpResponse } from "../transport/adapter/index.js";

/** What was wrong; nothing of what the request has sent. */
function wordsFor({ status, header }: HttpResponse): string | undefined {
  switch (status) {
    case 404:
      return `nothing is at this path; a call is POST /${TokenService.typeName}/ and its RPC`;
    case 405:
      return `the method must be ${header?.get("allow") ?? "another"}`;
    case 415:
      return "content-type must be application/json or application/proto, or one of gRPC, gRPC-Web or Connect's streams";
    default:
      return undefined;
  }
}

/** The same handler, whose answers without a body say why. What answers to HEAD have of it, is left to the transport. */
export function withWords(handler: HttpHandler): HttpHandler {
  return async (exchange) => {
    const response = await handler(exchange);
    const words = wordsFor(response);
    const { body: given } = response;
    if (words === undefined || given !== undefined) return response;
    const body = Buffer.from(`${words}\n`);
    const fields = { "content-type": "text/plain; charset=utf-8" };
    return addHeader({ ...response, body }, { ...fields, "content-length": `${body.length}` });
  };
}
