/** Whom the commands ask: a server, or a manager with the local key. Both have the same methods. */
import type { Command } from "commander";
import type { SecureTokenClient } from "../client/node.js";
import type { SecureTokenManager } from "../core/index.js";
import type { LocalCommand } from "../server/config/index.js";
import type { ServerOptions } from "./server-options.js";

/** Options that every command about tokens takes. */
export interface TargetOptions extends Partial<ServerOptions> {
  /** Whether to print JSON, for programs. */
  readonly json?: boolean;
}

/**
 * Opens the target of a command, lets `use` work with it, and closes it again.
 * @throws ConfigError when neither a server nor a whole local key is given; UsageError for options
 * that do not fit; CallFailure when the server cannot be asked.
 */
export async function withTarget<T>(
  command: Command,
  use: (target: SecureTokenManager | SecureTokenClient) => T | Promise<T>,
): Promise<T> {
  const { server, ...options } = command.optsWithGlobals<TargetOptions>();
  // Each loads what the other does not need, which takes longer than the work itself.
  if (server === undefined) {
    const { localManager } = await import("./local-target.js");
    return use(await localManager(command.name() as LocalCommand));
  }
  const { openClient } = await import("./server-target.js");
  const { client, asked } = openClient({ server, ...options });
  try {
    return await use(client);
  } catch (error) {
    const { explainFailure } = await import("./explain-failure.js");
    throw explainFailure(error, asked);
  } finally {
    client.close();
  }
}
