import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { ErrorCode, type ServerStream } from "../../http2/index.js";
import { streamUrl } from "./http2-exchange.js";
import { noteSlowCall } from "./slow-client.js";

/** What both protocols of the short way have in common over HTTP/2. */
export abstract class Http2Wire {
  protected readonly stream: ServerStream;

  constructor(stream: ServerStream) {
    this.stream = stream;
  }

  get socket(): Socket {
    return this.stream.connection.socket;
  }

  url(_path: string, _headers: IncomingHttpHeaders): string {
    return streamUrl(this.stream);
  }

  startReading(): void {}

  consumed(bytes: number): void {
    this.stream.consume(bytes);
  }

  abort(): void {
    this.stream.reset(ErrorCode.INTERNAL_ERROR);
  }

  noteSlow(): void {
    noteSlowCall(this.stream.connection);
  }

  dropAnswer(): void {
    this.noteSlow();
    this.stream.reset(ErrorCode.CANCEL);
  }
}
