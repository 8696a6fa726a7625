import { type Command, InvalidArgumentError } from "commander";
import { runServer } from "../server/main.js";

/** `secure-token serve` */
export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("Run the server. It is configured by the environment and by .env.")
    .option("--host <address>", "where to listen; goes before HOST", notEmpty)
    .option("--port <number>", "the port to listen on, 0 for any; goes before PORT", notEmpty)
    .action(({ host, port }: { host?: string; port?: string }) =>
      runServer({ ...(host && { HOST: host }), ...(port && { PORT: port }) }),
    );
}

/** An empty setting counts as unset; an option that was given is never dropped. */
function notEmpty(text: string): string {
  if (text === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
}
