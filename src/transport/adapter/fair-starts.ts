/**
 * Lets requests of the long way begin a few at a time. Each takes up to a millisecond, and one read of a socket may
 * bring a hundred: without turns, connections that ask for many keep every other request waiting for seconds.
 */
import type { HttpExchange, HttpHandler, HttpResponse } from "./http-exchange.js";

/** Requests that begin in one turn of the event loop. */
const STARTS_PER_TURN = 4;

/** The same handler, whose requests begin in turns, by their connections. One that is over before is dropped. */
export function inTurns(handler: HttpHandler): HttpHandler {
  const starts = new FairStarts();
  return (exchange: HttpExchange) =>
    new Promise<HttpResponse>((resolve, reject) => {
      const begin = () => void call(handler, exchange).then(resolve, reject);
      if (starts.beginNow(begin)) return;
      const connection = exchange.socket ?? exchange;
      starts.add(connection, begin);
      exchange.whenClosed(() => starts.remove(connection, begin));
    });
}

async function call(handler: HttpHandler, exchange: HttpExchange): Promise<HttpResponse> {
  return handler(exchange);
}

/** Requests that wait for their turns, by connection; connections in the order of their next turns. */
class FairStarts {
  readonly #rows = new Map<object, (() => void)[]>();
  #left = STARTS_PER_TURN;
  #isScheduled = false;

  /** Begins at once, where nobody waits and this turn has room. */
  beginNow(begin: () => void): boolean {
    if (this.#rows.size > 0 || this.#left === 0) return false;
    this.#left--;
    this.#schedule();
    begin();
    return true;
  }

  add(connection: object, begin: () => void): void {
    const row = this.#rows.get(connection);
    if (row === undefined) this.#rows.set(connection, [begin]);
    else row.push(begin);
    this.#schedule();
  }

  /**
   * Takes back what has not begun. Those of a connection that has closed would keep its socket, and with it whatever Node
   * has read of it, until all of their turns have come.
   */
  remove(connection: object, begin: () => void): void {
    const row = this.#rows.get(connection);
    const index = row?.indexOf(begin) ?? -1;
    if (index < 0) return;
    row?.splice(index, 1);
    if (row?.length === 0) this.#rows.delete(connection);
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
    for (const [connection, row] of this.#rows) {
      if (this.#left === 0) break;
      this.#left--;
      // To the end of the line, where the next turn finds it last.
      this.#rows.delete(connection);
      const begin = row.shift();
      if (row.length > 0) this.#rows.set(connection, row);
      begin?.();
    }
    if (this.#left < STARTS_PER_TURN) this.#schedule();
  }
}
