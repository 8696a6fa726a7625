/**
 * Bounds the memory of requests whose bodies have not come to their end, over all connections. Deadlines end such
 * requests only after seconds, and every stream of every connection may have one.
 */
import { Code, ConnectError } from "@connectrpc/connect";

/** What all of them may hold, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;
/** A body of so many bytes is not counted: the cap on open streams bounds what those hold. */
const FREE_BYTES = 4 * 1024;

const TEXT = "the server holds too many unfinished requests; send the whole request at once";

/** Makes the error of a request for which there is no room. */
export type NoRoom = (text: string) => ConnectError;

/** A request whose body is on its way. */
export interface UnfinishedBody {
  /** Ends the request with an error: others need its memory. */
  giveUp(error: ConnectError): void;
}

/** What the requests of one connection hold. */
interface Holder {
  readonly connection: object;
  bytes: number;
  /** Bytes by request, the oldest request first. */
  readonly bodies: Map<UnfinishedBody, number>;
}

/** The unfinished bodies of a server. */
export class HeldBodies {
  readonly #maxBytes: number;
  readonly #noRoom: NoRoom;
  readonly #holders = new Map<object, Holder>();
  readonly #holderOf = new Map<UnfinishedBody, Holder>();
  #bytes = 0;

  /**
   * @param noRoom makes the error of a request that is given up
   * @param maxBytes what all bodies may hold together
   */
  constructor(noRoom: NoRoom = exhausted, maxBytes: number = MAX_BYTES) {
    this.#noRoom = noRoom;
    this.#maxBytes = maxBytes;
  }

  /**
   * Notes how much of a body is held. Beyond the bound the connection that holds most loses its oldest request, which
   * may be this one.
   *
   * @param connection what stands for the connection
   * @param bytes all that is held of the body now
   */
  note(body: UnfinishedBody, connection: object, bytes: number): void {
    if (bytes <= FREE_BYTES) {
      this.forget(body);
      return;
    }
    let holder = this.#holders.get(connection);
    if (holder === undefined) {
      holder = { connection, bytes: 0, bodies: new Map() };
      this.#holders.set(connection, holder);
    }
    const more = bytes - (holder.bodies.get(body) ?? 0);
    holder.bodies.set(body, bytes);
    this.#holderOf.set(body, holder);
    holder.bytes += more;
    this.#bytes += more;
    while (this.#bytes > this.#maxBytes) this.#makeRoom();
  }

  /** Forgets a body that is whole, or whose request is over. */
  forget(body: UnfinishedBody): void {
    const holder = this.#holderOf.get(body);
    if (holder === undefined) return;
    const bytes = holder.bodies.get(body) as number;
    this.#holderOf.delete(body);
    holder.bodies.delete(body);
    holder.bytes -= bytes;
    this.#bytes -= bytes;
    if (holder.bodies.size === 0) this.#holders.delete(holder.connection);
  }

  #makeRoom(): void {
    let most: Holder | undefined;
    for (const holder of this.#holders.values()) {
      if (most === undefined || holder.bytes > most.bytes) most = holder;
    }
    const [oldest] = (most as Holder).bodies.keys();
    this.forget(oldest as UnfinishedBody);
    (oldest as UnfinishedBody).giveUp(this.#noRoom(TEXT));
  }
}

function exhausted(text: string): ConnectError {
  return new ConnectError(text, Code.ResourceExhausted);
}
