/** Revokes a user, and measures how long each service goes on accepting the user's token. */
import { setTimeout } from "node:timers/promises";

/**
 * Calls `told` with each service that refuses the token, and the milliseconds from the token service's
 * answer until then; each service is asked again `lookEveryMs` after its answer. Resolves when all refuse,
 * or when `isOver`.
 */
export async function revokeEverywhere(options) {
  const { client, services, load, user, told, isOver, lookEveryMs = 2 } = options;
  user.revokedBy = performance.now();
  await client.revokeUser(user.name);
  user.revokedAt = performance.now();
  await Promise.all(
    services.map(async (service) => {
      while ((await load.ask(service, user)) !== "revoked") {
        if (isOver()) return;
        await setTimeout(lookEveryMs);
      }
      told(service, performance.now() - user.revokedAt);
    }),
  );
}
