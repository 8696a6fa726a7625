/** The way to a service in the same process: it counts calls, and can be cut. */
import { Code, ConnectError, type Transport } from "@connectrpc/connect";

/** A transport that can be cut. */
export class Line implements Transport {
  /** The names of the RPCs that were called while the line was whole, in order. */
  readonly calls: string[] = [];
  readonly #inner: Transport;
  /** Aborted once the line is cut. */
  #cut = new AbortController();

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  /** Ends the calls under way with UNAVAILABLE, and refuses others until `mend`. */
  cut(): void {
    this.#cut.abort(new ConnectError("the stand-in is away", Code.Unavailable));
  }

  /** Lets calls through again. */
  mend(): void {
    if (this.#cut.signal.aborted) this.#cut = new AbortController();
  }

  /** As any transport's. */
  readonly unary: Transport["unary"] = (method, signal, ...rest) => {
    const both = this.#begin(method.name, signal);
    return this.#inner.unary(method, both, ...rest);
  };

  /** As any transport's. */
  readonly stream: Transport["stream"] = (method, signal, ...rest) => {
    const both = this.#begin(method.name, signal);
    return this.#inner.stream(method, both, ...rest);
  };

  #begin(name: string, signal: AbortSignal | undefined): AbortSignal {
    this.#cut.signal.throwIfAborted();
    this.calls.push(name);
    return signal ? AbortSignal.any([signal, this.#cut.signal]) : this.#cut.signal;
  }
}
