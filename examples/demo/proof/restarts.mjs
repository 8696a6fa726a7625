/** Part "restarts": servers are killed, started again and have their workers renewed, under load. */
import { setTimeout } from "node:timers/promises";
import { ServiceUnavailableError } from "secure-token-service/client";
import { createLoad } from "../load.mjs";
import { signInOne } from "../users.mjs";
import { between, count, look, percent, spread, total, WRONG } from "./figures.mjs";
import { createObserver } from "./observer.mjs";

const LOOK_EVERY_MS = 20;
/** How long a killed server is away, and between two events. */
const PAUSE_MS = 2000;
/** Between two revocations. */
const REVOKE_EVERY_MS = 250;

export const restarts = {
  timeoutSeconds: 1,
  async run(world, { rate }) {
    const { services, users, judge } = world;
    const load = createLoad(services, users, rate, judge);
    const running = load.run();
    const before = await look(services, load);
    const observer = createObserver(world, load, LOOK_EVERY_MS);
    const endRevoking = revokeMeanwhile(world, observer);
    const { length } = world.tokenService.servers;
    for (let i = 0; i < length; i++) await renewAndKill(world.tokenService, i);
    const oneAway = between(before, await look(services, load));
    await killAll(world);
    await endRevoking();
    const after = await look(services, load);
    load.stop();
    await running;
    const figures = between(before, after);
    return {
      title: "Servers that are killed, started and renewed",
      text:
        `Under ${count(rate)} requests a second: each of ${length} servers in turn gets SIGUSR2, which renews its workers, then SIGKILL, and is started again after ${PAUSE_MS / 1000} s; then all get SIGKILL at once and are started again after ${PAUSE_MS / 1000} s, which with their start may take longer than the bound. ` +
        `Meanwhile ${count(observer.revoked())} users were revoked, one after the other.`,
      header: [
        "service",
        "answers",
        "without a call",
        "unavailable: one server away",
        "all away",
        "no answer",
        "refused after, ms: p50 / p99 / max",
        "missed",
        "wrong",
      ],
      rows: services.map((service, i) => [
        service.language,
        count(figures[i].answers),
        percent(figures[i].hitRate),
        count(oneAway[i].unavailable),
        count(figures[i].unavailable - oneAway[i].unavailable),
        count(figures[i].failed),
        spread(observer.delays(service)),
        observer.missed(service),
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

/** Renews the workers of a server, then kills it and starts it again. */
async function renewAndKill(tokenService, i) {
  tokenService.servers[i].signal("SIGUSR2");
  await setTimeout(PAUSE_MS);
  await tokenService.servers[i].close("SIGKILL");
  await setTimeout(PAUSE_MS);
  await tokenService.startOne(i);
  await setTimeout(PAUSE_MS);
}

async function killAll({ tokenService, judge }) {
  await tokenService.stop("SIGKILL");
  judge.isolate();
  await setTimeout(PAUSE_MS);
  judge.reconnect();
  await tokenService.start();
  await setTimeout(PAUSE_MS);
}

/** Revokes one user after the other until the function that it gives is called; puts a new one in its place. */
function revokeMeanwhile({ tokenService, users, signal }, observer) {
  const { client } = tokenService;
  const patient = { revokeUser: (name) => untilDone(() => client.revokeUser(name), signal) };
  let isEnded = false;
  const run = async () => {
    for (let i = 0; !isEnded && !signal.aborted; i = (i + 1) % users.length) {
      const user = users[i];
      const name = `restarted-${observer.revoked()}`;
      users[i] = await untilDone(() => signInOne(client, name), signal);
      await observer.revoke(patient, user);
      await setTimeout(REVOKE_EVERY_MS);
    }
  };
  const running = run();
  return () => {
    isEnded = true;
    return running;
  };
}

/** Calls until a server can be reached. */
async function untilDone(call, signal) {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ServiceUnavailableError)) throw error;
      await setTimeout(LOOK_EVERY_MS);
    }
  }
}
