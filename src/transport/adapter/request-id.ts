/** The id of a request, which its client and the log find it by: `x-request-id`, in and out. */
import type { OutgoingHttpHeaders } from "node:http";
import { encodeFieldName, type HeaderBlock } from "../../http2/index.js";
import { addHeader, type HttpHandler } from "./http-exchange.js";
import type { AnsweredCall } from "./wire.js";

/** Where requests and answers carry it. */
export const REQUEST_ID = "x-request-id";
const ENCODED_NAME = encodeFieldName(REQUEST_ID);

/** The same block with the id of the request that it answers. */
export function blockWithId(block: HeaderBlock, requestId: string | undefined): HeaderBlock {
  return requestId === undefined ? block : block.plus(ENCODED_NAME, requestId);
}

/** What the headers of a call's answer begin with: those of its format, and the id. */
export function firstHeaders({
  format,
  requestId,
}: Pick<AnsweredCall, "format" | "requestId">): OutgoingHttpHeaders {
  return requestId === undefined ? { ...format.head } : { ...format.head, [REQUEST_ID]: requestId };
}

/** The same handler, whose answers carry the id of their request where it has one. */
export function answerWithId(handler: HttpHandler): HttpHandler {
  return async (exchange) => {
    const response = await handler(exchange);
    const { requestId } = exchange;
    return requestId === undefined ? response : addHeader(response, { [REQUEST_ID]: requestId });
  };
}
