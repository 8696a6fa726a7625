/** Part "cut": a proxy swallows all bytes. The services vouch until the bound, and then for nothing. */
import { setTimeout } from "node:timers/promises";
import { createLoad } from "../load.mjs";
import { between, count, look, total, WRONG } from "./figures.mjs";

/** Users who are revoked at the token service in each round, while no service can know of it. */
const REVOKED_UNKNOWN = 5;
/** So many requests are sent during one cut at most; more take several. */
const MOST_IN_A_CUT = 100_000;
const TICK_MS = 100;

export const cut = {
  /** Beyond the bound each request waits for a call that nobody answers: short, so that many are sent. */
  timeoutSeconds: 0.2,
  async run(world, { rate, cutRequests }) {
    const cutRounds = Math.ceil(cutRequests / MOST_IN_A_CUT);
    const { services, users, judge, boundMs } = world;
    const counters = createCounters(services, boundMs);
    const load = createLoad(services, users, rate, judge, counters.answered);
    const running = load.run();
    const before = await look(services, load);
    let recovered = 0;
    for (let round = 1; round <= cutRounds && !world.signal.aborted; round++) {
      await cutOnce(world, counters, round * (cutRequests / cutRounds));
      if (await untilAllAccept(world, load)) recovered++;
    }
    const after = await look(services, load);
    load.stop();
    await running;
    const figures = between(before, after);
    const rows = services.map((service) => counters.of(service));
    return {
      title: "A feed that is cut",
      text:
        `A proxy between the services and the token service swallows all bytes, on open and on new connections, and closes none: ${cutRounds} times, the bound is ${boundMs / 1000} s. ` +
        `${count(counters.total())} requests were sent meanwhile; each time ${REVOKED_UNKNOWN} users were revoked that no service could know of. All services recovered ${recovered} of ${cutRounds} times.`,
      header: [
        "service",
        "within the bound: accepted",
        "last accepted, ms after the cut",
        "beyond: requests",
        "beyond: unavailable",
        "beyond: accepted",
        "wrong, all the time",
      ],
      rows: services.map((service, i) => [
        service.language,
        count(rows[i].acceptedWithin),
        count(rows[i].lastAccepted),
        count(rows[i].beyond),
        count(rows[i].unavailableBeyond),
        count(rows[i].acceptedBeyond),
        figures[i].wrong,
      ]),
      shown: {
        answers: total(figures, "answers"),
        [WRONG]: total(figures, "wrong"),
        "requests while the feed was cut": counters.total(),
        "of these beyond the bound": total(rows, "beyond"),
        "of these accepted": total(rows, "acceptedBeyond"),
        "cuts that a service did not recover from": cutRounds - recovered,
      },
    };
  },
};

/** Counts the answers to requests that were sent during a cut; those answered after it are not counted. */
function createCounters(services, boundMs) {
  const empty = { beyond: 0, unavailableBeyond: 0, acceptedBeyond: 0, acceptedWithin: 0 };
  const counts = new Map(services.map((it) => [it, { ...empty, lastAccepted: 0 }]));
  let from = Number.POSITIVE_INFINITY;
  let total = 0;
  return {
    begin() {
      from = performance.now();
    },
    end() {
      from = Number.POSITIVE_INFINITY;
    },
    total: () => total,
    of: (service) => counts.get(service),
    answered(service, meaning, sentAt) {
      if (sentAt < from) return;
      const row = counts.get(service);
      const isBeyond = sentAt > from + boundMs;
      total++;
      if (isBeyond) row.beyond++;
      if (meaning === "unavailable" && isBeyond) row.unavailableBeyond++;
      if (meaning !== "accepted") return;
      row[isBeyond ? "acceptedBeyond" : "acceptedWithin"]++;
      row.lastAccepted = Math.max(row.lastAccepted, sentAt - from);
    },
  };
}

/** Swallows bytes until `total` requests in all were answered during cuts, and twice the bound at least. */
async function cutOnce(world, counters, total) {
  const { tokenService, judge, users, boundMs, signal } = world;
  tokenService.balancer.fallSilent();
  judge.isolate();
  counters.begin();
  const leastUntil = performance.now() + 2 * boundMs;
  // Past the balancer: the servers know of it, the services do not.
  const unknown = users
    .filter((user) => user.revokedBy === Number.POSITIVE_INFINITY)
    .slice(-REVOKED_UNKNOWN);
  for (const user of unknown) {
    user.revokedBy = performance.now();
    await tokenService.servers[0].client.revokeUser(user.name);
    user.revokedAt = performance.now();
  }
  while ((counters.total() < total || performance.now() < leastUntil) && !signal.aborted) {
    await setTimeout(TICK_MS);
  }
  counters.end();
  judge.reconnect();
  tokenService.balancer.speak();
}

/** Whether each service accepts again, within twenty times the bound. */
async function untilAllAccept({ services, users, boundMs }, load) {
  const until = performance.now() + 20 * boundMs;
  const accepts = services.map(async (service) => {
    while ((await load.ask(service, users[0])) !== "accepted") {
      if (performance.now() > until) return false;
      await setTimeout(TICK_MS);
    }
    return true;
  });
  return (await Promise.all(accepts)).every(Boolean);
}
