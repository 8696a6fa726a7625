/** Revokes a user, and measures how long each service goes on accepting the user's token. */
import { setTimeout } from "node:timers/promises";

const LOOK_EVERY_MS = 2;

/**
 * Calls `told` with each service that refuses the token, and the milliseconds from the token service's
 * answer until then. Resolves when all do, or when `isOver`.
 */
export async function revokeEverywhere({ client, services, load, user, told, isOver }) {
  user.revokedBy = performance.now();
  await client.revokeUser(user.name);
  user.revokedAt = performance.now();
  await Promise.all(
    services.map(async (service) => {
      while ((await load.ask(service, user)) !== "revoked") {
        if (isOver()) return;
        await setTimeout(LOOK_EVERY_MS);
      }
      told(service, performance.now() - user.revokedAt);
    }),
  );
}
