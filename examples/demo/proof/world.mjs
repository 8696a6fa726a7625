/** What a part of the proof runs in: a token service, guarded services, and users that each has seen. */
import { createJudge } from "../judge.mjs";
import { createLoad } from "../load.mjs";
import { startServices } from "../start-services.mjs";
import { startTokenService } from "../token-service.mjs";
import { signIn } from "../users.mjs";

/** How many users one service is shown at once, before anything is measured. */
const SHOWN_TOGETHER = 8;

/**
 * Calls `run` with a world of its own, and ends it afterwards. `options`: `built`, rows of
 * LANGUAGES that are built in the folder `scratch`; `users`, how many; `boundMs`; `timeoutSeconds` of the
 * services' calls; `signal`.
 */
export async function inWorld(options, run) {
  const { built, scratch, boundMs, timeoutSeconds, signal } = options;
  const closers = [];
  try {
    const tokenService = await startTokenService();
    closers.push(() => tokenService.close());
    const { done: services, missing } = await startServices(built, scratch, {
      tokenService: tokenService.balancer.url,
      settings: {
        MAX_STALENESS_SECONDS: String(boundMs / 1000),
        TIMEOUT_SECONDS: String(timeoutSeconds),
      },
      signal,
      started: (service) => closers.push(() => service.close()),
    });
    if (services.length === 0) throw new Error("none of the services runs on this machine");
    const users = await signIn(tokenService.client, options.users);
    const judge = createJudge(boundMs);
    await showEachToEach(services, users, judge);
    return await run({ tokenService, services, missing, users, judge, boundMs, signal });
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Each service sees each token once. A first sight is a call, and no part of what is measured. */
async function showEachToEach(services, users, judge) {
  const load = createLoad(services, users, 0, judge);
  const show = async (service, waiting) => {
    for (const user of waiting) {
      while ((await load.ask(service, user)) !== "accepted");
    }
  };
  const shows = services.flatMap((service) => {
    const waiting = users.values();
    return Array.from({ length: SHOWN_TOGETHER }, () => show(service, waiting));
  });
  await Promise.all(shows);
}
