import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { DescService } from "@bufbuild/protobuf";
import type { ConnectError, ContextValues, HandlerContext } from "@connectrpc/connect";
import { createContextValues } from "@connectrpc/connect";
import type { CallHead } from "./call-head.js";
import { copyToNodeHeaders, toWebHeaders } from "./node-headers.js";
import type { ShortRoute } from "./short-route.js";
import type { AnsweredCall, Format, Wire } from "./wire.js";

/**
 * The state of one call on the short way, from its headers to its answer. Hooks see it as the call's head, handlers as
 * their context.
 *
 * Signal, `Headers`, URL and context values cost more than many a handler and most handlers touch none of them, so each
 * comes into being when first asked for.
 */
export class ShortCall<R extends ShortRoute = ShortRoute>
  implements AnsweredCall, CallHead, HandlerContext
{
  readonly route: R;
  readonly format: Format;
  readonly wire: Wire;
  /** The path as received. */
  readonly path: string;
  /** The request's header fields, which are not to be changed. */
  readonly headers: IncomingHttpHeaders;
  /** Set once an answer is on its way or nobody waits for one: whatever comes later is dropped. */
  done = false;
  /** When this call must be over, in milliseconds of `performance.now()`. */
  deadlineAt: number | undefined = undefined;
  /** Whether the client has sent its whole message. */
  bodyRead = false;
  #requestId: string | undefined;
  #controller: AbortController | undefined;
  #abortReason: ConnectError | undefined;
  #requestHeader: Headers | undefined;
  #responseHeader: Headers | undefined;
  #responseTrailer: Headers | undefined;
  #values: ContextValues | undefined;

  constructor(route: R, format: Format, wire: Wire, path: string, headers: IncomingHttpHeaders) {
    this.route = route;
    this.format = format;
    this.wire = wire;
    this.path = path;
    this.headers = headers;
  }

  get method(): R["method"] {
    return this.route.method;
  }

  get service(): DescService {
    return this.route.method.parent;
  }

  get httpMethod(): string {
    return "POST";
  }

  get requestMethod(): string {
    return "POST";
  }

  get protocolName(): "grpc" | "connect" {
    return this.format.protocolName;
  }

  get socket(): Socket | undefined {
    return this.wire.socket;
  }

  get received(): IncomingHttpHeaders {
    return this.headers;
  }

  get requestId(): string | undefined {
    this.#requestId ??= this.route.hooks.nameRequest?.(this.headers);
    return this.#requestId;
  }

  get url(): string {
    return this.wire.url(this.path, this.headers);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const shutdown = this.route.options.shutdownSignal;
      if (this.done) {
        this.#controller.abort(this.#abortReason);
      } else if (shutdown?.aborted) {
        this.#controller.abort(shutdown.reason);
      } else {
        shutdown?.addEventListener("abort", this);
      }
    }
    return this.#controller.signal;
  }

  get requestHeader(): Headers {
    this.#requestHeader ??= toWebHeaders(this.headers);
    return this.#requestHeader;
  }

  get responseHeader(): Headers {
    this.#responseHeader ??= new Headers({ "content-type": this.format.responseType });
    return this.#responseHeader;
  }

  get responseTrailer(): Headers {
    this.#responseTrailer ??= new Headers(
      this.protocolName === "grpc" ? { "grpc-status": "0" } : undefined,
    );
    return this.#responseTrailer;
  }

  get values(): ContextValues {
    this.#values ??= createContextValues();
    return this.#values;
  }

  set values(values: ContextValues | undefined) {
    this.#values = values;
  }

  /** Whether a handler or interceptor has asked for the response headers, and so may have set some. */
  get hasResponseHeader(): boolean {
    return this.#responseHeader !== undefined;
  }

  /** Whether a handler or interceptor has asked for the response trailers, and so may have set some. */
  get hasResponseTrailer(): boolean {
    return this.#responseTrailer !== undefined;
  }

  /** Whole milliseconds left, negative when the time is up, `undefined` without a deadline. */
  timeoutMs(): number | undefined {
    const { deadlineAt } = this;
    return deadlineAt === undefined ? undefined : Math.trunc(deadlineAt - performance.now());
  }

  /** The response headers for Node's writers, over `fixed`. */
  nodeResponseHeaders(fixed: OutgoingHttpHeaders): OutgoingHttpHeaders {
    if (this.#responseHeader !== undefined) copyToNodeHeaders(this.#responseHeader, fixed);
    return fixed;
  }

  /** Forgets the response headers and trailers set so far. */
  dropResponseHeaders(): void {
    this.#responseHeader = undefined;
    this.#responseTrailer = undefined;
  }

  /**
   * Ends the call: no later answer counts and the signal, if anyone holds it, is aborted.
   *
   * @param reason why, for the signal; `undefined` for a call that went well
   */
  finish(reason: ConnectError | undefined): void {
    this.done = true;
    this.#abortReason = reason;
    if (this.#controller !== undefined) {
      this.route.options.shutdownSignal?.removeEventListener("abort", this);
      this.#controller.abort(reason);
    }
  }

  /** Calls the `ended` hook with the error that the client was sent. */
  tellEnd(error: ConnectError | undefined): void {
    this.route.hooks.ended?.(this, this.#values, error);
  }

  /** The shutdown signal's. */
  handleEvent(): void {
    this.#controller?.abort(this.route.options.shutdownSignal?.reason);
  }
}
