import type {
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import {
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import { ignoreError } from "./errors.js";
import type { HttpExchange, HttpHandler, HttpResponse } from "./http-exchange.js";
import { interruptibleBody } from "./interruptible-body.js";
import { copyToNodeHeaders } from "./node-headers.js";
import { drain } from "./slow-client.js";

/** A request and its answer over HTTP/1.1, on Node's own request and response. */
export class Http1Exchange implements HttpExchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly requestId: string | undefined;
  readonly interrupt: (reason: unknown) => void;
  #universal: UniversalServerRequest | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, requestId?: string) {
    this.#request = request;
    this.#response = response;
    this.requestId = requestId;
    this.interrupt = interruptibleBody(request);
    request.on("error", ignoreError);
    response.on("error", ignoreError);
    // An answer may come before the end of the body, which then must not hold the connection.
    response.once("finish", () => drain(request));
  }

  get httpVersion(): string {
    return this.#request.httpVersion;
  }

  get method(): string {
    return this.#request.method ?? "";
  }

  get path(): string {
    return this.#request.url ?? "";
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }

  get socket(): Socket {
    return this.#request.socket;
  }

  get url(): string {
    return this.#asUniversal.url;
  }

  get body(): AsyncIterable<Uint8Array> {
    return this.#asUniversal.body as AsyncIterable<Uint8Array>;
  }

  get signal(): AbortSignal {
    return this.#asUniversal.signal;
  }

  get isRequestRead(): boolean {
    return this.#request.readableEnded;
  }

  get isAnswerUnread(): boolean {
    const { writableEnded, writableNeedDrain, closed } = this.#response;
    return !closed && (writableEnded || writableNeedDrain);
  }

  dropBody(): void {
    // Read on, and dropped: Node reads no more than it is asked for, and would never see that the client is gone.
    this.#request.resume();
  }

  noteSlow(): void {
    this.#response.shouldKeepAlive = false;
  }

  drop(): void {
    this.#response.destroy();
  }

  whenClosed(callback: () => void): void {
    this.#response.once("close", callback);
  }

  /** Has the request answered. */
  async answerBy(handler: HttpHandler): Promise<void> {
    let response: HttpResponse;
    try {
      response = await handler(this);
    } catch {
      response = { status: 500 };
    }
    try {
      await this.#write(response);
    } catch {
      this.#response.destroy();
    }
  }

  async #write({ status, header, body, trailer }: HttpResponse): Promise<void> {
    const response = this.#response;
    if (body === undefined || body instanceof Uint8Array) {
      const headers: OutgoingHttpHeaders = {};
      if (header !== undefined) copyToNodeHeaders(header, headers);
      response.writeHead(status, headers);
      response.end(body);
      return;
    }
    const streamed = { status, body, ...(header && { header }), ...(trailer && { trailer }) };
    await universalResponseToNodeResponse(streamed, response);
  }

  /** As Connect sees it. @throws where the `Host` makes no URL */
  get #asUniversal(): UniversalServerRequest {
    this.#universal ??= universalRequestFromNodeRequest(
      this.#request,
      this.#response,
      undefined,
      undefined,
    );
    return this.#universal;
  }
}
