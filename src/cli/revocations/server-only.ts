/** Commands about what a server keeps: without a server there is nothing to ask. */
import type { Command } from "commander";
import { SecureTokenClient } from "../../client/token-client.js";
import { withTarget } from "../target.js";
import { UsageError } from "../usage.js";

/** Lets `use` work with the server that `--server` names. @throws UsageError without one. */
export function withServer<T>(
  command: Command,
  use: (client: SecureTokenClient) => Promise<T>,
): Promise<T> {
  const { server } = command.optsWithGlobals<{ server?: string }>();
  if (server === undefined) throw new UsageError("--server must name the server that is asked");
  return withTarget(command, (target) => {
    if (!(target instanceof SecureTokenClient)) throw new UsageError("--server must name a server");
    return use(target);
  });
}
