/**
 * A client of PostgreSQL that outlives whatever is answered: for what it does not know, such as a kind of
 * authentication that it lacks, the library throws out of an event of its socket, which would end the process.
 */
import type { Duplex } from "node:stream";
import { Client, type ClientConfig } from "pg";

/** As the library's, but for an answer that it cannot take: that ends the connection with an error. */
export class PostgresClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    const { connection } = this;
    endAtFault(connection.stream);
    // Over TLS the answers come by another stream.
    connection.on("sslconnect", () => endAtFault(connection.stream));
  }
}

function endAtFault(stream: Duplex): void {
  const emit = stream.emit.bind(stream) as (event: string | symbol, ...args: unknown[]) => boolean;
  stream.emit = (event: string | symbol, ...args: unknown[]) => {
    if (event !== "data") return emit(event, ...args);
    try {
      return emit(event, ...args);
    } catch (error) {
      stream.destroy(error as Error);
      return true;
    }
  };
}
