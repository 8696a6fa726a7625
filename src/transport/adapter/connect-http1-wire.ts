import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ConnectError } from "@connectrpc/connect";
import type { ConnectResponse } from "./connect-response.js";
import { connectErrorResponse, connectResponse } from "./connect-response.js";
import { drain } from "./slow-client.js";
import type { AnsweredCall, BodySink, Wire } from "./wire.js";

/** Connect's unary protocol over HTTP/1.1. */
export class ConnectHttp1Wire implements Wire {
  readonly reserve = 0;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
  }

  get socket(): Socket {
    return this.#request.socket;
  }

  url(path: string, headers: IncomingHttpHeaders): string {
    const scheme = (this.#request.socket as Partial<TLSSocket>).encrypted ? "https" : "http";
    return new URL(path, `${scheme}://${headers.host}`).toString();
  }

  startReading(sink: BodySink): void {
    const request = this.#request;
    request.on("data", (chunk: Buffer) => sink.onData(chunk, false));
    request.on("end", () => {
      // A request whose connection breaks ends too; its close tells of the client that is gone.
      if (!request.destroyed) sink.onEnd();
    });
  }

  consumed(): void {}

  respond(call: AnsweredCall, message: Uint8Array): void {
    this.#write(connectResponse(call, message));
  }

  refuse(call: AnsweredCall, error: ConnectError): void {
    this.#write(connectErrorResponse(call, error));
    // HTTP/1.1 has no way to say stop.
    drain(this.#request);
  }

  abort(): void {
    this.#response.destroy();
  }

  noteSlow(): void {
    this.#response.shouldKeepAlive = false;
  }

  dropAnswer(): void {
    this.#response.destroy();
  }

  #write({ status, headers, body }: ConnectResponse): void {
    this.#response.writeHead(status, headers);
    this.#response.end(body);
  }
}
