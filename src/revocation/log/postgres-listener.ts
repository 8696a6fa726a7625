/** LISTEN: a hint that somebody wrote. It may be lost at any time, behind a pooler in silence. */
import { Client, type ClientConfig } from "pg";
import { CHANNEL } from "./postgres-schema.js";

/** How long a listener that lost its connection waits before it tries again, in milliseconds. */
const RETRY_MS = 5_000;

/** A connection that only listens. */
export class PostgresListener {
  readonly #options: ClientConfig;
  #listener: () => void = () => {};
  #client: Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ClientConfig) {
    this.#options = options;
  }

  /** Listens from now on. */
  onNotification(listener: () => void): void {
    this.#listener = listener;
    this.#connect();
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    const client = this.#client;
    this.#client = undefined;
    if (client) await endQuietly(client);
  }

  #connect(): void {
    if (this.#isClosed) return;
    const client = new Client({ ...this.#options, connectionTimeoutMillis: RETRY_MS });
    this.#client = client;
    client.on("notification", () => this.#listener());
    client.on("error", () => this.#lose(client));
    client.on("end", () => this.#lose(client));
    client
      .connect()
      .then(() => client.query(`LISTEN ${CHANNEL}`))
      .catch(() => this.#lose(client));
  }

  #lose(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    endQuietly(client);
    if (this.#isClosed) return;
    this.#retry = setTimeout(() => this.#connect(), RETRY_MS).unref();
  }
}

async function endQuietly(client: Client): Promise<void> {
  try {
    await client.end();
  } catch {
    // It has ended already.
  }
}
