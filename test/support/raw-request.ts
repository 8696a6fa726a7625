/** One HTTP request as it is sent, over either version of HTTP: `fetch` hides too much. */
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:http2";
import { request as httpsRequest } from "node:https";

/** What a request is. */
export interface RawRequest {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  /** The authority that has signed the certificate of an `https` URL, in PEM. */
  readonly ca?: string;
}

/** What came back. */
export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends a request and reads the whole answer. */
export type Send = (url: string, request: RawRequest) => Promise<RawResponse>;

/** Over HTTP/1.1. */
export const sendHttp1: Send = (url, { path, method = "GET", headers = {}, body, ca }) =>
  new Promise((resolve, reject) => {
    const begin = url.startsWith("https:") ? httpsRequest : httpRequest;
    const request = begin(url + path, { method, headers, ca, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks) });
      });
    });
    request.on("error", reject);
    request.end(body);
  });

/** Over HTTP/2, in the clear with prior knowledge. */
export const sendHttp2: Send = (url, { path, method = "GET", headers = {}, body, ca }) =>
  new Promise((resolve, reject) => {
    const session = connect(url, ca === undefined ? {} : { ca });
    session.on("error", reject);
    const stream = session.request({ ":path": path, ":method": method, ...headers });
    const chunks: Buffer[] = [];
    let head: IncomingHttpHeaders & { ":status"?: number | undefined } = {};
    stream.on("response", (received) => {
      head = received;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      session.close();
      resolve({ status: head[":status"] ?? 0, headers: head, body: Buffer.concat(chunks) });
    });
    stream.on("error", reject);
    stream.end(body);
  });
