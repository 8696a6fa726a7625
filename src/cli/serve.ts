import type { Command } from "commander";
import { runServer } from "../server/main.js";

/** `secure-token serve` */
export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("Run the server. It is configured by the environment and by .env.")
    .action(runServer);
}
