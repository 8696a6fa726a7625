/** Revokes users, and keeps how long each service went on accepting each of them. */
import { revokeEverywhere } from "../revocation.mjs";

/** A service that has not refused for so long has missed the revocation. */
const MISSED_AFTER_MS = 60_000;

/** An observer that asks a service again `lookEveryMs` after its answer, as part of `load`. */
export function createObserver({ services, signal }, load, lookEveryMs) {
  const delays = new Map(services.map((service) => [service, []]));
  const everywhere = [];
  let revoked = 0;
  return {
    /** Revokes a user by a client's `revokeUser`; resolves when every service refuses or has missed it. */
    async revoke(client, user) {
      const told = (service, ms) => delays.get(service).push(ms);
      const isOver = () => signal.aborted || performance.now() > user.revokedAt + MISSED_AFTER_MS;
      await revokeEverywhere({ client, services, load, user, told, isOver, lookEveryMs });
      everywhere.push(performance.now() - user.revokedAt);
      revoked++;
    },
    /** From the token service's answer until a service refused, in milliseconds. */
    delays: (service) => delays.get(service),
    /** The same until all services refused. */
    everywhere,
    /** How many of the revocations a service has not shown. */
    missed: (service) => revoked - delays.get(service).length,
    revoked: () => revoked,
    /** What has been shown, for the sums over all runs. */
    shown: () => ({
      revocations: revoked,
      "revocations that a service has not shown": services.reduce(
        (sum, service) => sum + revoked - delays.get(service).length,
        0,
      ),
    }),
  };
}
