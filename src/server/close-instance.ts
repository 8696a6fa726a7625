/** How the part of a server that serves ends. */
import type { Logger } from "pino";
import type { Instance } from "./instance.js";

/** How long calls in flight may take once a process is told to end, in milliseconds. */
export const GRACE_MS = 10_000;

/** Lets calls in flight finish, and tells how many connections were cut off. */
export async function closeInstance(server: Instance, logger: Logger): Promise<void> {
  const forced = await server.close(GRACE_MS);
  logger.info({ forced }, "ended");
}
