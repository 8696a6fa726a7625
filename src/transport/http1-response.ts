/** Answers of HTTP/1.1, of which one that comes before its request has come whole is its connection's last. */
import { type IncomingMessage, ServerResponse } from "node:http";

/** What is left of a request whose answer is out may not come, or take long, and the next request stands behind it. */
export class Http1Response extends ServerResponse {
  override writeHead(status: number, ...rest: unknown[]): this {
    if (isUnderWay(this.req)) this.setHeader("connection", "close");
    return super.writeHead(status, ...(rest as []));
  }
}

/** Whether a part of a request's body has not come yet. */
export function isUnderWay({ complete, headers }: IncomingMessage): boolean {
  // A request without a body is not complete either while Node tells of its headers.
  const hasBody =
    headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return hasBody && !complete;
}
