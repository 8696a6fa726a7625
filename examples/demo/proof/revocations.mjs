/** Part "revocations": many users are revoked, each is seen refused by every service, and stays refused. */
import { createLoad } from "../load.mjs";
import { signInOne } from "../users.mjs";
import { between, count, look, spread, total, WRONG } from "./figures.mjs";
import { createObserver } from "./observer.mjs";

/** How many users are signed in, shown to the services and revoked at once. */
const TOGETHER = 12;
const LOOK_EVERY_MS = 40;
/** The share of the rate that runs beside the revocations. */
const LOAD_SHARE = 0.25;

export const revocations = {
  timeoutSeconds: 1,
  async run(world, options) {
    const { services, users, judge } = world;
    const load = createLoad(services, users, options.rate * LOAD_SHARE, judge);
    const running = load.run();
    const before = await look(services, load);
    const observer = createObserver(world, load, LOOK_EVERY_MS);
    const revoked = await revokeMany(world, load, observer, options.revocations);
    const middle = performance.now();
    const passes = await askOnceMore(services, load, revoked);
    const after = await look(services, load);
    load.stop();
    await running;
    const figures = between(before, after);
    const each = (middle - before.at) / 1000;
    return {
      title: "Revocations",
      text:
        `${count(revoked.length)} users, ${TOGETHER} at a time: each signs in, is accepted by each service, is revoked, and is tried every ${LOOK_EVERY_MS} ms until each service refuses. ` +
        `${count(revoked.length / each)} revocations a second beside ${count(options.rate * LOAD_SHARE)} other requests. At the end each of the tokens is tried once more with each service. ` +
        `From the token service's answer until all services refuse, p50 / p99 / max: ${spread(observer.everywhere)} ms.`,
      header: [
        "service",
        "answers",
        "refused after, ms: p50 / p99 / max",
        "revocations seen",
        "missed",
        "not refused at the end",
        "wrong",
      ],
      rows: services.map((service, i) => [
        service.language,
        count(figures[i].answers),
        spread(observer.delays(service)),
        count(observer.delays(service).length),
        observer.missed(service),
        count(passes.get(service)),
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

/** Signs in and revokes `total` users; gives them. */
async function revokeMany({ tokenService, services, signal }, load, observer, total) {
  const { client } = tokenService;
  const revoked = [];
  let next = 0;
  const revokeInTurn = async () => {
    while (next < total && !signal.aborted) {
      const user = await signInOne(client, `revoked-${next++}`);
      await Promise.all(services.map((service) => untilAccepted(load, service, user)));
      await observer.revoke(client, user);
      revoked.push(user);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, revokeInTurn));
  return revoked;
}

async function untilAccepted(load, service, user) {
  while ((await load.ask(service, user)) !== "accepted");
}

/** How many of the tokens each service does not refuse. */
async function askOnceMore(services, load, revoked) {
  const passes = new Map(services.map((service) => [service, 0]));
  const askAll = async (service, users) => {
    for (const user of users) {
      if ((await load.ask(service, user)) !== "revoked")
        passes.set(service, passes.get(service) + 1);
    }
  };
  const asks = services.flatMap((service) => {
    const users = revoked.values();
    return Array.from({ length: TOGETHER }, () => askAll(service, users));
  });
  await Promise.all(asks);
  return passes;
}
