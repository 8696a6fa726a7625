/** Bounds the streams that anyone may hold open without a credential: Health/Watch and reflection. */
import { noRoom } from "../service/index.js";

/** Most open streams of one kind. */
export interface OpenStreamLimits {
  /** Of one connection. */
  readonly perConnection: number;
  /** Of one address, or one /64 of IPv6. */
  readonly perAddress: number;
  /** Of the process. */
  readonly inAll: number;
}

/** What a server runs with. */
export const OPEN_STREAM_LIMITS: OpenStreamLimits = {
  perConnection: 16,
  perAddress: 500,
  inAll: 2_000,
};

/** Whose stream it is. */
export interface StreamOrigin {
  /** Stands for the connection. */
  readonly connection: object;
  /** The peer's address; of IPv6 its /64. */
  readonly address: string;
}

/** Counts open streams. */
export class OpenStreams {
  readonly #limits: OpenStreamLimits;
  readonly #byConnection = new WeakMap<object, number>();
  readonly #byAddress = new Map<string, number>();
  #inAll = 0;

  constructor(limits: OpenStreamLimits = OPEN_STREAM_LIMITS) {
    this.#limits = limits;
  }

  /**
   * Counts a stream that opens.
   *
   * @returns what to call once when it has closed
   * @throws ConnectError RESOURCE_EXHAUSTED where there are too many
   */
  open({ connection, address }: StreamOrigin): () => void {
    const { perConnection, perAddress, inAll } = this.#limits;
    const ofConnection = this.#byConnection.get(connection) ?? 0;
    const ofAddress = this.#byAddress.get(address) ?? 0;
    if (ofConnection >= perConnection || ofAddress >= perAddress || this.#inAll >= inAll) {
      throw noRoom("too many open streams");
    }
    this.#byConnection.set(connection, ofConnection + 1);
    this.#byAddress.set(address, ofAddress + 1);
    this.#inAll++;
    return () => {
      this.#inAll--;
      this.#byConnection.set(connection, (this.#byConnection.get(connection) ?? 1) - 1);
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#byAddress.set(address, left);
      else this.#byAddress.delete(address);
    };
  }
}
