/** LISTEN: a hint that somebody wrote. It may be lost at any time, behind a pooler in silence. */
import type { ClientConfig } from "pg";
import { PostgresClient } from "./postgres-client.js";
import { CHANNEL } from "./postgres-schema.js";

/** How long a listener that lost its connection waits before it tries again, in milliseconds. */
const RETRY_MS = 5_000;

/** A connection that only listens. */
export class PostgresListener {
  readonly #options: ClientConfig;
  #listener: () => void = () => {};
  #client: PostgresClient | undefined;
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
    const client = this.#createClient();
    if (client === undefined) {
      this.#retryLater();
      return;
    }
    this.#client = client;
    client.on("notification", () => this.#listener());
    client.on("error", () => this.#lose(client));
    client.on("end", () => this.#lose(client));
    client
      .connect()
      .then(() => client.query(`LISTEN ${CHANNEL}`))
      .catch(() => this.#lose(client));
  }

  /** Undefined where a file that the URL names, such as the authority's, cannot be read now. */
  #createClient(): PostgresClient | undefined {
    try {
      return new PostgresClient({ ...this.#options, connectionTimeoutMillis: RETRY_MS });
    } catch {
      return undefined;
    }
  }

  #lose(client: PostgresClient): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    endQuietly(client);
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#isClosed) return;
    this.#retry = setTimeout(() => this.#connect(), RETRY_MS).unref();
  }
}

async function endQuietly(client: PostgresClient): Promise<void> {
  try {
    await client.end();
  } catch {
    // It has ended already.
  }
}
