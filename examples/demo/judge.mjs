/** Says which answers of the services are wrong. */

/** What an answer of a guarded service means, by its HTTP status. */
export const MEANINGS = { 200: "accepted", 401: "revoked", 503: "unavailable" };

/** A judge for services whose verifiers have a bound of `boundMs`. Times are of performance.now(). */
export function createJudge(boundMs) {
  /** The latest time from which on no service can know of revocations, until it ended; see `isolate`. */
  let isolation;
  return {
    /** The services are cut off from the token service now, and until `reconnect`. */
    isolate() {
      isolation = { from: performance.now(), until: Number.POSITIVE_INFINITY };
    },
    /** Called before the token service can be reached again. */
    reconnect() {
      if (isolation) isolation.until = performance.now();
    },
    /** Whether the bound has passed since the services were cut off. */
    isBeyondBound(now) {
      return isolation !== undefined && now > isolation.from + boundMs && now < isolation.until;
    },
    /**
     * What is wrong with the answer to a request that was sent at `sentAt` with the token of `user`;
     * undefined where it is right. `wasRefused` says that this service had refused the token by then.
     */
    fault(meaning, user, sentAt, wasRefused) {
      const now = performance.now();
      if (meaning === undefined) return "no answer";
      if (meaning === "revoked") return user.revokedBy < now ? undefined : "refused too early";
      if (meaning !== "accepted") return undefined;
      if (wasRefused) return "accepted after a refusal";
      if (sentAt > user.revokedAt + boundMs)
        return "accepted beyond the bound after its revocation";
      const isCutOff = this.isBeyondBound(sentAt) && now < isolation.until;
      return isCutOff ? "vouched for beyond the bound" : undefined;
    },
  };
}
