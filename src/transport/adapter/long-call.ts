import type { Socket } from "node:net";
import { type ConnectError, type ContextValues, createContextValues } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { compressionFault } from "./compression-fault.js";
import { deadlineExceeded, LAST_READ_MS, startTimer } from "./deadline.js";
import { toConnectError } from "./errors.js";
import { gatheredBody, isEnveloped } from "./gathered-body.js";
import type { UnfinishedBody } from "./held-bodies.js";
import { addHeader, type HttpExchange, type HttpResponse } from "./http-exchange.js";
import { longDeadline } from "./long-deadline.js";
import { toWebHeaders } from "./node-headers.js";
import type { CallHead, Hooks, Interruptible } from "./options.js";
import { errorOf, expectOutcome, type Outcome } from "./outcome.js";
import { refusal } from "./refusal.js";
import type { Route } from "./routes.js";

/** How often to look, behind a deadline, whether the client has taken its answer, in milliseconds. */
const RECHECK_MS = 1_000;

/** What calls on the long way have in common. */
export interface LongCallOptions {
  readonly hooks: Hooks;
  readonly compressions: readonly string[];
}

/** A call that goes through Connect's universal handler: deadline, permission, handler, answer. */
export class LongCall implements UnfinishedBody, Interruptible {
  readonly #exchange: HttpExchange;
  readonly #route: Route;
  readonly #handler: UniversalHandler;
  readonly #options: LongCallOptions;
  readonly #head: CallHead;
  #resolve: (response: HttpResponse | Promise<HttpResponse>) => void = () => {};
  /** Whether neither the handler nor a refusal has been asked for the answer yet. */
  #isPending = true;
  #deadlineHeader: readonly [string, string] | undefined;
  #values: ContextValues | undefined;
  #outcome: Outcome | undefined;
  #response: HttpResponse | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Runs once the server ends. */
  #lastRead: NodeJS.Timeout | undefined;

  constructor(
    exchange: HttpExchange,
    route: Route,
    handler: UniversalHandler,
    options: LongCallOptions,
  ) {
    this.#exchange = exchange;
    this.#route = route;
    this.#handler = handler;
    this.#options = options;
    this.#head = callHead(route, exchange);
  }

  /** Makes the call. */
  answer(): Promise<HttpResponse> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#start();
    });
  }

  #start(): void {
    const { authorize, defaultTimeoutMs } = this.#options.hooks;
    const { timeoutMs, header } = longDeadline(
      this.#route,
      this.#exchange.headers,
      defaultTimeoutMs,
    );
    this.#deadlineHeader = header;
    if (timeoutMs !== undefined) this.#timer = startTimer(timeoutMs, () => this.#onTimeUp());
    this.#exchange.whenClosed(() => this.#onClosed());
    if (timeoutMs !== undefined && timeoutMs <= 0) {
      this.#refuse(deadlineExceeded());
      return;
    }
    try {
      const verdict = authorize?.(this.#head);
      if (verdict instanceof Promise) {
        verdict.then(
          (values) => this.#proceed(values),
          (reason) => this.#refuse(reason),
        );
      } else {
        this.#proceed(verdict);
      }
    } catch (reason) {
      this.#refuse(reason);
    }
  }

  #proceed(admitted: ContextValues | undefined): void {
    if (!this.#isPending) return;
    this.#values = admitted;
    const { compressions, hooks } = this.#options;
    const fault = compressions.length > 0 ? undefined : compressionFault(this.#exchange.headers);
    if (fault !== undefined) {
      this.#refuse(fault);
      return;
    }
    // Deadlines end the others.
    if (this.#route.method.methodKind !== "unary") {
      const { shutdownSignal } = this.#route.options;
      if (shutdownSignal?.aborted) {
        this.#refuse(shutdownSignal.reason);
        return;
      }
      hooks.openStreams.add(this);
    }
    this.#isPending = false;
    this.#resolve(this.#handle(admitted ?? createContextValues()));
  }

  async #handle(contextValues: ContextValues): Promise<HttpResponse> {
    const exchange = this.#exchange;
    let url: string;
    try {
      url = exchange.url;
    } catch {
      // A host that no URL can be made of.
      this.#response = { status: 400 };
      return this.#response;
    }
    this.#outcome = expectOutcome(contextValues);
    const header = toWebHeaders(exchange.headers);
    if (this.#deadlineHeader !== undefined) header.set(...this.#deadlineHeader);
    const { httpVersion, method, signal } = exchange;
    const body = this.#gathered(exchange);
    const response = await this.#handler({
      httpVersion,
      method,
      url,
      header,
      body,
      signal,
      contextValues,
    });
    this.#response = response;
    return this.#complete(response);
  }

  giveUp(error: ConnectError): void {
    this.#exchange.noteSlow();
    this.#interrupt(error);
  }

  /** Ends a stream early: one whose request has not come to its end, and one whose client does not read. */
  interrupt(reason: unknown): void {
    const exchange = this.#exchange;
    if (!exchange.isRequestRead) this.#interrupt(toConnectError(reason));
    this.#lastRead = setTimeout(() => {
      if (exchange.isAnswerUnread) exchange.drop();
    }, LAST_READ_MS);
  }

  /** The body, in whole messages. */
  #gathered(exchange: HttpExchange): AsyncIterable<Uint8Array> {
    const { method, options } = this.#route;
    const { bodies } = this.#options.hooks;
    const form = {
      isEnveloped: isEnveloped(exchange.headers["content-type"] ?? ""),
      isSingle: method.methodKind === "unary" || method.methodKind === "server_streaming",
      maxBytes: options.readMaxBytes,
    };
    return gatheredBody(exchange.body, form, (memory) => {
      if (memory === undefined) bodies.forget(this);
      else bodies.note(this, exchange.socket ?? exchange, memory);
    });
  }

  /** Fails the read of the body with an error that the client is told. */
  #interrupt(error: ConnectError): void {
    if (this.#outcome !== undefined && !this.#outcome.answered) this.#outcome.error ??= error;
    this.#exchange.interrupt(error);
    this.#refuse(error);
  }

  /** What HTTP and gRPC ask of an answer, and Connect leaves out. */
  #complete(response: HttpResponse): HttpResponse {
    if (response.header?.get("grpc-accept-encoding") === "") {
      response.header.set("grpc-accept-encoding", "identity");
    }
    // RFC 9110, section 15.5.6.
    if (response.status === 405) {
      return addHeader(response, { allow: this.#handler.allowedMethods.join(", ") });
    }
    return response;
  }

  #refuse(reason: unknown): void {
    if (!this.#isPending) return;
    this.#isPending = false;
    const error = toConnectError(reason);
    this.#outcome = { answered: false, begun: false, error };
    const { jsonOptions } = this.#route.options;
    this.#resolve(refusal(jsonOptions, this.#exchange.headers["content-type"] ?? "", error));
  }

  #onTimeUp(): void {
    const exchange = this.#exchange;
    // The peers of a stream may fall silent for as long as they like.
    const isSlow = this.#route.method.methodKind === "unary" && !exchange.isRequestRead;
    if (isSlow || exchange.isAnswerUnread) exchange.noteSlow();
    if (exchange.isAnswerUnread) {
      exchange.drop();
      return;
    }
    this.#interrupt(deadlineExceeded());
    this.#timer = setInterval(() => {
      if (exchange.isAnswerUnread) exchange.drop();
    }, RECHECK_MS);
  }

  #onClosed(): void {
    this.#isPending = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#lastRead);
    this.#options.hooks.openStreams.delete(this);
    this.#options.hooks.bodies.forget(this);
    this.#options.hooks.ended?.(this.#head, this.#values, errorOf(this.#outcome, this.#response));
  }
}

function callHead({ method }: Route, exchange: HttpExchange): CallHead {
  return {
    service: method.parent,
    method,
    httpMethod: exchange.method,
    path: exchange.path,
    headers: exchange.headers,
    received: exchange.headers,
    requestId: exchange.requestId,
    get socket(): Socket | undefined {
      return exchange.socket;
    },
  };
}
