/**
 * What watchers cost everyone else: `npm run bench:watchers -- [watchers] [revocations a second]`, by
 * default 10,000 and 1,000. The server, the watchers and the honest client are processes of their own.
 * Each line is a phase of ten seconds, with the times of honest calls, 50 a second, by the open model:
 * a call that waits does not hold up the next.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSecureTokenClient } from "../src/client/node.js";
import { startServer } from "../test/support/server-process.js";
import { cpuSeconds } from "./process-usage.js";

const WATCHERS = Number(process.argv[2] ?? 10_000);
const REVOCATIONS = Number(process.argv[3] ?? 1_000);
const PHASE_MS = 10_000;
const CALL_EVERY_MS = 20;
/** Revocations of one call: calls would cost more than what is measured. */
const BATCH = 50;
const KEY = { SECRET_KEY: "Bench#Secret2026", SALT: "sixteen bytes..." };

const server = await startServer(KEY);
const serverPid = server.process.pid as number;
const watchers = fork(fileURLToPath(new URL("./watchers-client.ts", import.meta.url)), [
  new URL(server.url).port,
  String(WATCHERS),
]);
// Watchers have machines of their own: here they give way to the calls that are measured.
setPriority(watchers.pid as number, constants.priority.PRIORITY_LOW);
const client = createSecureTokenClient({ baseUrl: server.url });
const revoker = createSecureTokenClient({ baseUrl: server.url });
try {
  const { token } = await client.generateToken("honest");
  await phase("warm-up", token);
  await phase("no watchers", token);
  watchers.send("open");
  await once(watchers, "message");
  await phase(`${WATCHERS} watchers`, token);
  const end = revokeSteadily();
  await phase(`${WATCHERS} watchers, ${REVOCATIONS} revocations/s`, token);
  const revoked = await end();
  await phase("the same at rest again", token);
  watchers.send("count");
  const [{ bytes, streams }] = await once(watchers, "message");
  const text = `${revoked} revoked; ${streams} streams were told ${Math.round(bytes / 1e6)} MB\n`;
  process.stdout.write(text);
} finally {
  client.close();
  revoker.close();
  watchers.kill();
  await server.end("SIGKILL");
}

/** Honest calls for a while. */
async function phase(name: string, token: string): Promise<void> {
  const times: number[] = [];
  const calls: Promise<void>[] = [];
  const began = performance.now();
  const usedBefore = cpuSeconds(serverPid);
  for (let due = began; due < began + PHASE_MS; due += CALL_EVERY_MS) {
    await pause(Math.max(0, due - performance.now()));
    calls.push(client.validateToken(token).then(() => void times.push(performance.now() - due)));
  }
  await Promise.all(calls);
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.ceil(share * times.length) - 1] as number).toFixed(1);
  const used = Math.round(
    (1e5 * (cpuSeconds(serverPid) - usedBefore)) / (performance.now() - began),
  );
  const text = `median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms; server ${used} % of a core`;
  process.stdout.write(`${name.padEnd(46)} ${text}\n`);
}

/** Revokes token ids at the rate until it is ended; gives how many were acknowledged. */
function revokeSteadily(): () => Promise<number> {
  let revoked = 0;
  let isOver = false;
  const done = (async () => {
    const began = performance.now();
    for (let n = 0; !isOver; n += BATCH) {
      await pause(Math.max(0, began + (1000 * n) / REVOCATIONS - performance.now()));
      const targets = Array.from({ length: BATCH }, (_, i) => ({ tokenId: `bench-${n + i}` }));
      revoked += (await revoker.revokeTokens(targets)).length;
    }
  })();
  return async () => {
    isOver = true;
    await done;
    return revoked;
  };
}
