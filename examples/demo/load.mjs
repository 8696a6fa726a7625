/** Sends requests with users' tokens to the services in turn, and counts the answers. */
import { setTimeout } from "node:timers/promises";
import { MEANINGS } from "./judge.mjs";

/** The most requests of the load to one service that wait for their answer; further ones are not sent. */
const MOST_WAITING = 48;
/** How often requests that are due are sent, in milliseconds. */
const BEAT_MS = 5;

/**
 * Puts `rate` requests a second in all on `services` until it is stopped. `answered` is called with each
 * answer: the service, the meaning, and when the request was sent.
 */
export function createLoad(services, users, rate, judge, answered = () => {}) {
  const tallies = new Map(services.map((service) => [service, newTally()]));
  let isOver = false;
  /** Sends a user's token to a service, and judges the answer; gives its meaning. */
  const ask = async (service, user) => {
    const tally = tallies.get(service);
    const sentAt = performance.now();
    const wasRefused = user.refusedBy.has(service);
    tally.waiting++;
    const meaning = MEANINGS[await service.send(user.token)];
    tally.waiting--;
    const fault = judge.fault(meaning, user, sentAt, wasRefused);
    if (fault) tally.faults.push(`${service.language}: ${fault}`);
    if (meaning === "revoked") user.refusedBy.add(service);
    tally[meaning ?? "failed"]++;
    answered(service, meaning, sentAt);
    return meaning;
  };
  const run = async () => {
    const began = performance.now();
    for (let sent = 0; !isOver; await setTimeout(BEAT_MS)) {
      for (; sent < ((performance.now() - began) / 1000) * rate; sent++) {
        const service = services[sent % services.length];
        const user = users[Math.floor(Math.random() * users.length)];
        if (tallies.get(service).waiting < MOST_WAITING) void ask(service, user);
      }
    }
  };
  return {
    ask,
    run,
    stop() {
      isOver = true;
    },
    /** What a service has answered until now. */
    tally: (service) => tallies.get(service),
  };
}

function newTally() {
  return { accepted: 0, revoked: 0, unavailable: 0, failed: 0, waiting: 0, faults: [] };
}
