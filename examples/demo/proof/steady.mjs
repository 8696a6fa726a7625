/** Part "steady": how many requests need no call while users are revoked and sign in at a human pace. */
import { setTimeout } from "node:timers/promises";
import { createLoad } from "../load.mjs";
import { signInOne } from "../users.mjs";
import { between, count, look, percent, spread, total, WRONG } from "./figures.mjs";
import { createObserver } from "./observer.mjs";

const SECONDS = 30;
/** How often a service is asked whether it refuses. */
const LOOK_EVERY_MS = 10;

export const steady = {
  timeoutSeconds: 1,
  async run(world, { rate }) {
    const { services, users, judge, signal } = world;
    const { client } = world.tokenService;
    const load = createLoad(services, users, rate, judge);
    const running = load.run();
    const observer = createObserver(world, load, LOOK_EVERY_MS);
    const before = await look(services, load);
    const pending = [];
    for (let i = 0; i < SECONDS && !signal.aborted; i++) {
      const user = users[i % users.length];
      users[i % users.length] = await signInOne(client, `steady-${i}`);
      pending.push(observer.revoke(client, user), setTimeout(1000));
      await pending.at(-1);
    }
    await Promise.all(pending);
    const after = await look(services, load);
    load.stop();
    await running;
    const figures = between(before, after);
    const perSecond = figures.reduce((sum, it) => sum + it.perSecond, 0);
    return {
      title: "Steady state",
      text:
        `${count(perSecond)} requests a second in all (asked for: ${count(rate)}) with the tokens of ${count(users.length)} users for ${SECONDS} s. ` +
        "Each service has seen each token before. Each second one user is revoked, whose token is then tried every " +
        `${LOOK_EVERY_MS} ms until all services refuse it, and a new user takes its place, whom each service must ask about once. ` +
        "The hit rate is that of the verifiers' own counts.",
      header: [
        "service",
        "answers",
        "without a call",
        "refused after, ms: p50 / p99 / max",
        "missed",
        "unavailable",
        "wrong",
      ],
      rows: services.map((service, i) => [
        service.language,
        count(figures[i].answers),
        percent(figures[i].hitRate),
        spread(observer.delays(service)),
        observer.missed(service),
        count(figures[i].unavailable),
        figures[i].wrong,
      ]),
      shown: {
        answers: total(figures, "answers"),
        [WRONG]: total(figures, "wrong"),
        ...observer.shown(),
      },
    };
  },
};
