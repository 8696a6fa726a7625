import type {
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { ConnectError } from "@connectrpc/connect";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import {
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import { ignoreError } from "./errors.js";
import type { HeldBodies, UnfinishedBody } from "./held-bodies.js";
import type { HttpExchange, HttpHandler, HttpResponse } from "./http-exchange.js";
import { Http1Body } from "./http1-body.js";
import { copyToNodeHeaders } from "./node-headers.js";
import { drain } from "./slow-client.js";

/** A request and its answer over HTTP/1.1, on Node's own request and response. */
export class Http1Exchange implements HttpExchange, UnfinishedBody {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly requestId: string | undefined;
  readonly #body: Http1Body;
  #universal: UniversalServerRequest | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    bodies: HeldBodies,
    requestId?: string,
  ) {
    this.#request = request;
    this.#response = response;
    this.requestId = requestId;
    const { socket } = request;
    this.#body = new Http1Body(request, (memory) => bodies.note(this, socket, memory));
    request.on("error", ignoreError);
    response.on("error", ignoreError);
    response.once("close", () => bodies.forget(this));
    // An answer may come before the end of the body, which then must not hold the connection.
    response.once("finish", () => {
      this.#body.drop();
      drain(request);
    });
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
    return this.#body.body;
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
    this.#body.drop();
  }

  interrupt(reason: unknown): void {
    this.#body.fail(reason);
  }

  giveUp(error: ConnectError): void {
    this.noteSlow();
    this.#body.fail(error);
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
