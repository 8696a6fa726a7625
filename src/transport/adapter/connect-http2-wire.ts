import type { ConnectError } from "@connectrpc/connect";
import type { HeaderBlock } from "../../http2/index.js";
import { headBlock, httpDate } from "./answer-blocks.js";
import { connectErrorResponse, connectResponse } from "./connect-response.js";
import { Http2Wire } from "./http2-wire.js";
import { blockWithId } from "./request-id.js";
import type { AnsweredCall, Format, Wire } from "./wire.js";

/** Connect's unary protocol over HTTP/2. */
export class ConnectHttp2Wire extends Http2Wire implements Wire {
  readonly reserve = 0;

  respond(call: AnsweredCall, message: Uint8Array): void {
    if (call.hasResponseHeader || call.hasResponseTrailer) {
      const { status, headers } = connectResponse(call, message);
      this.stream.respond(headBlock(status, { ...headers, date: httpDate() }), message);
    } else {
      const block = usualBlock(call.format, message.byteLength);
      this.stream.respond(blockWithId(block, call.requestId), message);
    }
  }

  refuse(call: AnsweredCall, error: ConnectError): void {
    const { status, headers, body } = connectErrorResponse(call, error);
    this.stream.respond(headBlock(status, { ...headers, date: httpDate() }), body);
  }
}

/** How many lengths are remembered for each format; the answers of one method have few. */
const MAX_LENGTHS = 1_024;

/** Blocks of this second, by format and by the message's length. */
const blocks = new Map<Format, Map<number, HeaderBlock>>();
let blocksDate = "";

/** The block of an answer with the usual headers. */
function usualBlock(format: Format, length: number): HeaderBlock {
  const date = httpDate();
  if (date !== blocksDate) {
    blocks.clear();
    blocksDate = date;
  }
  let byLength = blocks.get(format);
  if (byLength === undefined || byLength.size >= MAX_LENGTHS) {
    byLength = new Map();
    blocks.set(format, byLength);
  }
  let block = byLength.get(length);
  if (block === undefined) {
    block = headBlock(200, { ...format.head, "content-length": length, date });
    byLength.set(length, block);
  }
  return block;
}
