/** A request as Connect's universal handler answers it. */
import type { ConnectError, ContextValues } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { gatheredBody, isEnveloped } from "./gathered-body.js";
import type { HeldBodies, UnfinishedBody } from "./held-bodies.js";
import { addHeader, type HttpExchange, type HttpResponse } from "./http-exchange.js";
import type { LongDeadline } from "./long-deadline.js";
import { toWebHeaders } from "./node-headers.js";
import { errorOf, expectOutcome, type Outcome } from "./outcome.js";
import type { Route } from "./routes.js";

/** A request, the handler's answer to it, and what is known of how it ends. */
export class HandledRequest implements UnfinishedBody {
  readonly #exchange: HttpExchange;
  readonly #route: Route;
  readonly #handler: UniversalHandler;
  readonly #bodies: HeldBodies;
  #outcome: Outcome | undefined;
  #response: HttpResponse | undefined;

  /** @param bodies is told of how much is held of the request's body */
  constructor(exchange: HttpExchange, route: Route, handler: UniversalHandler, bodies: HeldBodies) {
    this.#exchange = exchange;
    this.#route = route;
    this.#handler = handler;
    this.#bodies = bodies;
  }

  /** The error to tell of the request once it is over, `undefined` for an answer. */
  get error(): ConnectError | undefined {
    return errorOf(this.#outcome, this.#response);
  }

  /**
   * Has the handler answer. Called once at most.
   *
   * @param deadlineHeader tells the handler of the deadline, where the client's own header does not
   */
  async answer(
    contextValues: ContextValues,
    deadlineHeader: LongDeadline["header"],
  ): Promise<HttpResponse> {
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
    if (deadlineHeader !== undefined) header.set(...deadlineHeader);
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

  /** Fails the read of the body with an error that the client is told. */
  interrupt(error: ConnectError): void {
    if (this.#outcome !== undefined && !this.#outcome.answered) this.#outcome.error ??= error;
    this.#exchange.interrupt(error);
  }

  giveUp(error: ConnectError): void {
    this.#exchange.noteSlow();
    this.interrupt(error);
  }

  /** The request is over: nothing is held of its body. */
  close(): void {
    this.#bodies.forget(this);
  }

  /** The body, in whole messages. */
  #gathered(exchange: HttpExchange): AsyncIterable<Uint8Array> {
    const { method, options } = this.#route;
    const form = {
      isEnveloped: isEnveloped(exchange.headers["content-type"] ?? ""),
      isSingle: method.methodKind === "unary" || method.methodKind === "server_streaming",
      maxBytes: options.readMaxBytes,
    };
    return gatheredBody(exchange.body, form, (memory) => {
      if (memory === undefined) this.#bodies.forget(this);
      else this.#bodies.note(this, exchange.socket ?? exchange, memory);
    });
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
}
