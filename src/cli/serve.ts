import type { Command } from "commander";
import { runServer } from "../server/main.js";

/** `secure-token serve` */
export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("Run the server. It is configured by the environment and by .env.")
    .option("--host <address>", "where to listen; goes before HOST")
    .option("--port <number>", "the port to listen on, 0 for any; goes before PORT")
    .action(({ host, port }: { host?: string; port?: string }) =>
      runServer({ ...(host && { HOST: host }), ...(port && { PORT: port }) }),
    );
}
