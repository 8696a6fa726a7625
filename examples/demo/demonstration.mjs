/** What the page shows and does: the services under load, a user in the spotlight, and three buttons. */
import { setTimeout } from "node:timers/promises";
import { createLoad } from "./load.mjs";
import { revokeEverywhere } from "./revocation.mjs";

/** How often figures are taken, in milliseconds. */
const TICK_MS = 500;

/** Runs the demonstration until `stop`. `publish` is given what the page shows, at each tick and change. */
export function createDemonstration(options) {
  const { tokenService, services, missing, users, rate, boundMs, judge, publish } = options;
  const load = createLoad(services, users, rate, judge);
  const columns = services.map((service) => ({
    language: service.language,
    guard: service.guard,
    stamp: "…",
    turnedAfterMs: null,
    figures: null,
  }));
  let status = "running";
  let stoppedAt = 0;
  let spotlight = users[0];
  let next = 1;
  let isOver = false;

  const show = () => {
    const totals = services.map((service) => load.tally(service));
    const { accepted, revoked, unavailable, failed } = sum(totals);
    publish({
      status,
      stoppedForMs: status === "running" ? 0 : performance.now() - stoppedAt,
      boundMs,
      description: `${tokenService.description}, ${users.length} users, ${rate} requests a second`,
      user: spotlight.name,
      answers: accepted + revoked + unavailable + failed,
      wrong: totals.reduce((all, { faults }) => all + faults.length, 0),
      columns,
      missing,
    });
  };
  /** Puts a user whose token every service accepts into the spotlight. */
  const shine = (user) => {
    spotlight = user;
    for (const column of columns) Object.assign(column, { stamp: "ACCEPTED", turnedAfterMs: null });
  };
  /** Shows what each service does with the spotlight's token. */
  const probe = async (column, service) => {
    for (; !isOver; await setTimeout(TICK_MS / 2)) {
      const user = spotlight;
      const meaning = await load.ask(service, user);
      if (user === spotlight) column.stamp = (meaning ?? "no answer").toUpperCase();
    }
  };
  const measure = async (column, service) => {
    const look = async () => ({
      ...load.tally(service),
      ...(await service.report()),
      at: performance.now(),
    });
    for (let before = await look(); !isOver; ) {
      await setTimeout(TICK_MS);
      const now = await look();
      column.figures = figuresOf(before, now);
      before = now;
    }
  };
  return {
    async run() {
      const perColumn = columns.map((column, i) => [column, services[i]]);
      const ticks = async () => {
        for (; !isOver; await setTimeout(TICK_MS)) show();
      };
      const loops = perColumn.flatMap((it) => [probe(...it), measure(...it)]);
      await Promise.all([load.run(), ticks(), ...loops]);
    },
    stop() {
      isOver = true;
      load.stop();
    },
    /** Revokes the next user, who takes the spotlight. Does nothing while the token service is stopped. */
    async revoke() {
      if (status !== "running" || next >= users.length) return;
      spotlight = users[next++];
      for (const column of columns)
        Object.assign(column, { stamp: "ACCEPTED", turnedAfterMs: null });
      show();
      const user = spotlight;
      const told = (service, ms) => {
        if (user !== spotlight) return;
        Object.assign(columns[services.indexOf(service)], { stamp: "REVOKED", turnedAfterMs: ms });
        show();
      };
      const { client } = tokenService;
      await revokeEverywhere({ client, services, load, user, told, isOver: () => isOver });
    },
    /** Stops every server of the token service. A user who is not revoked takes the spotlight. */
    async stopTokenService() {
      if (status !== "running") return;
      status = "stopping";
      stoppedAt = performance.now();
      if (spotlight.revokedBy < stoppedAt) shine(users[0]);
      show();
      await tokenService.stop();
      judge.isolate();
      stoppedAt = performance.now();
      status = "stopped";
      show();
    },
    /** Starts them again. */
    async startTokenService() {
      if (status !== "stopped") return;
      status = "starting";
      show();
      judge.reconnect();
      await tokenService.start();
      status = "running";
      show();
    },
  };
}

/** What a service did between two looks. */
function figuresOf(before, now) {
  const since = (name) => now[name] - before[name];
  const seconds = (now.at - before.at) / 1000;
  const asked = since("hits") + since("misses");
  return {
    look: now.at,
    accepted: since("accepted"),
    revoked: since("revoked"),
    unavailable: since("unavailable"),
    perSecond: (since("accepted") + since("revoked") + since("unavailable")) / seconds,
    withoutCall: asked === 0 ? null : since("hits") / asked,
    stalenessMs: now.stalenessMs,
  };
}

function sum(tallies) {
  const total = { accepted: 0, revoked: 0, unavailable: 0, failed: 0 };
  for (const tally of tallies) for (const name in total) total[name] += tally[name];
  return total;
}
