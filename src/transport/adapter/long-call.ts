/** A call on the long way. */
import { type ConnectError, type ContextValues, createContextValues } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { type CallHead, toCallHead } from "./call-head.js";
import { compressionFault } from "./compression-fault.js";
import { deadlineExceeded, LAST_READ_MS, startTimer } from "./deadline.js";
import { toConnectError } from "./errors.js";
import { HandledRequest } from "./handled-request.js";
import type { HttpExchange, HttpResponse } from "./http-exchange.js";
import { longDeadline } from "./long-deadline.js";
import type { Hooks, Interruptible } from "./options.js";
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
export class LongCall implements Interruptible {
  readonly #exchange: HttpExchange;
  readonly #route: Route;
  readonly #request: HandledRequest;
  readonly #options: LongCallOptions;
  readonly #head: CallHead;
  #resolve: (response: HttpResponse | Promise<HttpResponse>) => void = () => {};
  /** Whether neither the handler nor a refusal has been asked for the answer yet. */
  #isPending = true;
  #deadlineHeader: readonly [string, string] | undefined;
  #values: ContextValues | undefined;
  /** What the client was told in place of the handler's answer. */
  #refusal: ConnectError | undefined;
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
    this.#request = new HandledRequest(exchange, route, handler, options.hooks.bodies);
    this.#options = options;
    this.#head = toCallHead(route.method, exchange);
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
    this.#resolve(this.#request.answer(admitted ?? createContextValues(), this.#deadlineHeader));
  }

  /** Ends a stream early: one whose request has not come to its end, and one whose client does not read. */
  interrupt(reason: unknown): void {
    const exchange = this.#exchange;
    if (!exchange.isRequestRead) this.#interrupt(toConnectError(reason));
    this.#lastRead = setTimeout(() => {
      if (exchange.isAnswerUnread) exchange.drop();
    }, LAST_READ_MS);
  }

  /** Ends the call with an error that the client is told. */
  #interrupt(error: ConnectError): void {
    this.#request.interrupt(error);
    this.#refuse(error);
  }

  #refuse(reason: unknown): void {
    if (!this.#isPending) return;
    this.#isPending = false;
    const error = toConnectError(reason);
    this.#refusal = error;
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
    const { openStreams, ended } = this.#options.hooks;
    openStreams.delete(this);
    this.#request.close();
    ended?.(this.#head, this.#values, this.#refusal ?? this.#request.error);
  }
}
