import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { ConnectError, ContextValues } from "@connectrpc/connect";
import { createContextValues } from "@connectrpc/connect";
import { copyToNodeHeaders, toWebHeaders } from "./node-headers.js";
import type { UnaryRoute } from "./routes.js";

/** What a {@link UnaryCall} is made from: nothing here is computed before it is asked for. */
export interface UnaryCallInit {
  readonly route: UnaryRoute;
  readonly protocolName: "grpc" | "connect";
  /** The response's `content-type`. */
  readonly responseType: string;
  readonly headers: IncomingHttpHeaders;
  /** Computes the URL the server received. */
  readonly url: () => string;
}

/**
 * The state of one call on the short way, from its headers to its answer.
 *
 * Signal, `Headers`, URL and context values cost more than many a handler and most handlers touch none of them, so each
 * comes into being when first asked for.
 */
export class UnaryCall {
  readonly route: UnaryRoute;
  readonly protocolName: "grpc" | "connect";
  readonly responseType: string;
  /** Set once an answer is on its way or nobody waits for one: whatever comes later is dropped. */
  done = false;
  /** When this call must be over, in whole milliseconds of `Date.now()`. */
  deadlineAt: number | undefined;
  /** Runs until nothing more is to be sent or read; whoever owns the stream clears it then. */
  timer: NodeJS.Timeout | undefined;
  /** Whether the client has sent its whole message. */
  bodyRead = false;
  readonly #init: UnaryCallInit;
  #controller: AbortController | undefined;
  #abortReason: { readonly reason: unknown } | undefined;
  #requestHeader: Headers | undefined;
  #responseHeader: Headers | undefined;
  #responseTrailer: Headers | undefined;
  #values: ContextValues | undefined;

  constructor(init: UnaryCallInit) {
    this.#init = init;
    this.route = init.route;
    this.protocolName = init.protocolName;
    this.responseType = init.responseType;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const shutdown = this.route.options.shutdownSignal;
      if (this.#abortReason !== undefined) {
        this.#controller.abort(this.#abortReason.reason);
      } else if (shutdown?.aborted) {
        this.#controller.abort(shutdown.reason);
      } else {
        shutdown?.addEventListener("abort", this.#onShutdown);
      }
    }
    return this.#controller.signal;
  }

  get requestHeader(): Headers {
    this.#requestHeader ??= toWebHeaders(this.#init.headers);
    return this.#requestHeader;
  }

  get responseHeader(): Headers {
    this.#responseHeader ??= new Headers({ "content-type": this.responseType });
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

  get url(): string {
    return this.#init.url();
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
  readonly timeoutMs = (): number | undefined =>
    this.deadlineAt === undefined ? undefined : this.deadlineAt - Date.now();

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
    this.#abortReason = { reason };
    if (this.#controller !== undefined) {
      this.route.options.shutdownSignal?.removeEventListener("abort", this.#onShutdown);
      this.#controller.abort(reason);
    }
  }

  readonly #onShutdown = (): void => {
    this.#controller?.abort(this.route.options.shutdownSignal?.reason);
  };
}
