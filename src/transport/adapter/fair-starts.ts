/**
 * Lets requests of the long way begin a few at a time. Each takes up to a millisecond, and one read of a socket may
 * bring a hundred: without turns, those that ask for many keep every other request waiting for seconds.
 */
import type { Socket } from "node:net";
import { networkOf } from "../address-list.js";
import type { CutReason } from "../cut-reasons.js";
import { peerOf } from "../proxied-connections.js";
import type { HttpExchange, HttpHandler, HttpResponse } from "./http-exchange.js";

/** Requests that begin in one turn of the event loop. */
const STARTS_PER_TURN = 4;
/** Requests that may wait at a time. Each holds some 7 KiB, most of it Node's. */
const MAX_WAITING = 8_192;

/**
 * The same handler, whose requests begin in turns: networks take turns, and the connections of a network. One that is
 * over before is dropped. Beyond the bound the connection that has most waiting, of the network that has, is cut.
 *
 * @param onCut is told of each connection that is cut, and why
 * @param maxWaiting how many requests may wait at a time
 */
export function inTurns(
  handler: HttpHandler,
  onCut: OnCut = () => {},
  maxWaiting = MAX_WAITING,
): HttpHandler {
  const starts = new FairStarts(onCut, maxWaiting);
  return (exchange: HttpExchange) =>
    new Promise<HttpResponse>((resolve, reject) => {
      const begin = () => void call(handler, exchange).then(resolve, reject);
      if (starts.beginNow(begin)) return;
      exchange.whenClosed(starts.add(exchange, begin));
    });
}

async function call(handler: HttpHandler, exchange: HttpExchange): Promise<HttpResponse> {
  return handler(exchange);
}

/** The requests of a connection, the oldest first. */
interface Row {
  readonly begins: (() => void)[];
  readonly socket: Socket | undefined;
}

/** The connections of a network, in the order of their next turns. */
interface Network {
  readonly rows: Map<object, Row>;
  waiting: number;
}

type OnCut = (socket: Socket, reason: CutReason) => void;

/** Requests that wait for their turns, by network and connection. */
class FairStarts {
  readonly #onCut: OnCut;
  readonly #maxWaiting: number;
  /** In the order of their next turns. */
  readonly #networks = new Map<string, Network>();
  #waiting = 0;
  #left = STARTS_PER_TURN;
  #isScheduled = false;

  constructor(onCut: OnCut, maxWaiting: number) {
    this.#onCut = onCut;
    this.#maxWaiting = maxWaiting;
  }

  /** Begins at once, where nobody waits and this turn has room. */
  beginNow(begin: () => void): boolean {
    if (this.#waiting > 0 || this.#left === 0) return false;
    this.#left--;
    this.#schedule();
    begin();
    return true;
  }

  /**
   * Has a request wait. What is returned takes it back: those of a connection that has closed would keep its socket, and
   * with it whatever Node has read of it, until all of their turns have come.
   */
  add({ socket }: HttpExchange, begin: () => void): () => void {
    const name = socket ? networkOf(peerOf(socket)) : "";
    const connection = socket ?? begin;
    const network = this.#networks.get(name) ?? { rows: new Map(), waiting: 0 };
    const row = network.rows.get(connection) ?? { begins: [], socket };
    this.#networks.set(name, network);
    network.rows.set(connection, row);
    row.begins.push(begin);
    this.#count(name, network, 1);
    if (this.#waiting > this.#maxWaiting) this.#cutLargest();
    this.#schedule();
    return () => {
      const index = row.begins.indexOf(begin);
      if (index < 0) return;
      row.begins.splice(index, 1);
      if (row.begins.length === 0) network.rows.delete(connection);
      this.#count(name, network, -1);
    };
  }

  #count(name: string, network: Network, change: number): void {
    this.#waiting += change;
    network.waiting += change;
    if (network.waiting === 0) this.#networks.delete(name);
  }

  #cutLargest(): void {
    const [name, network] = most(this.#networks, ({ waiting }) => waiting);
    const [connection, { begins, socket }] = most(network.rows, (row) => row.begins.length);
    network.rows.delete(connection);
    this.#count(name, network, -begins.splice(0).length);
    if (socket === undefined) return;
    this.#onCut(socket, "requests that wait to begin");
    socket.destroy();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Between two of these the event loop reads what other connections have sent.
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    this.#left = STARTS_PER_TURN;
    for (; this.#left > 0 && this.#waiting > 0; this.#left--) this.#beginNext();
    if (this.#left < STARTS_PER_TURN) this.#schedule();
  }

  /** Begins a request of the next connection of the next network; both go to the end of the line. */
  #beginNext(): void {
    const [name, network] = this.#networks.entries().next().value as [string, Network];
    const [connection, row] = network.rows.entries().next().value as [object, Row];
    const begin = row.begins.shift();
    network.rows.delete(connection);
    if (row.begins.length > 0) network.rows.set(connection, row);
    this.#networks.delete(name);
    this.#networks.set(name, network);
    this.#count(name, network, -1);
    begin?.();
  }
}

function most<K, V>(map: ReadonlyMap<K, V>, sizeOf: (value: V) => number): [K, V] {
  return [...map].reduce((largest, one) => (sizeOf(one[1]) > sizeOf(largest[1]) ? one : largest));
}
