/**
 * What revocations cost that arrive at a server while it answers: `npm run bench:arriving -- [entries]
 * [validations a second]`, by default a million and 2,000. Another process writes them as fast as they are
 * taken: into a log in PostgreSQL and in Redis that the server follows, and by RevokeTokens; each server has
 * a DATA_DIR. "Elsewhere" is the same writing to another engine that nobody follows: what it takes from
 * calls is the machine's share. Servers run on the first core, everything else on the second.
 */
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSecureTokenClient } from "../../src/client/node.js";
import { startFleetPostgres, startFleetRedis } from "../../test/support/fleet-engine.js";
import { scratchFolder } from "../../test/support/scratch-folder.js";
import { startServer } from "../../test/support/server-process.js";
import { SteadyValidations, spreadOf } from "../clients/steady-validations.js";
import { leaveServerCore, SERVER_CORE } from "../cores.js";
import { cpuSeconds, memoryOf } from "../process-usage.js";

const ENTRIES = Number(process.argv[2] ?? 1_000_000);
const VALIDATIONS_PER_SECOND = Number(process.argv[3] ?? 2_000);
const REST_MS = 10_000;
const KEY = { SECRET_KEY: "Bench#Secret2026", SALT: "sixteen bytes..." };

/** What a server follows, and the same where nobody does. */
interface Way {
  /** For REVOCATION_LOG; empty: none, and entries come by RevokeTokens. */
  readonly log: string;
  readonly elsewhere?: string | undefined;
}

leaveServerCore();
for (const [name, start] of [
  ["PostgreSQL", startFleetPostgres],
  ["Redis", startFleetRedis],
] as const) {
  const [engine, other] = [await start(), await start()];
  try {
    await measure(name, { log: engine.direct, elsewhere: other.direct });
  } finally {
    await Promise.all([engine.close(), other.close()]);
  }
}
await measure("RevokeTokens", { log: "" });

async function measure(name: string, { log, elsewhere }: Way): Promise<void> {
  print(`\n${name}: ${ENTRIES} revocations, ${VALIDATIONS_PER_SECOND} validations a second`);
  const server = await startServer({ ...KEY, DATA_DIR: scratchFolder(), REVOCATION_LOG: log });
  const pid = server.process.pid as number;
  moveTo(SERVER_CORE, pid);
  const client = createSecureTokenClient({ baseUrl: server.url });
  const { token } = await client.generateToken("honest");
  const calls = new SteadyValidations([server.port], token, VALIDATIONS_PER_SECOND);
  /** Tells of the calls while something goes on. */
  const phase = async (what: string, work: () => Promise<unknown>) => {
    calls.takeTimes();
    const [began, usedBefore] = [performance.now(), cpuSeconds(pid)];
    await work();
    const seconds = (performance.now() - began) / 1000;
    const used = Math.round((100 * (cpuSeconds(pid) - usedBefore)) / seconds);
    const resident = Math.round(memoryOf(pid).resident / 1e6);
    const rest = `${seconds.toFixed(1)} s, server ${used} % of a core, ${resident} MB`;
    print(`  ${what.padEnd(20)} ${spreadOf(calls.takeTimes())}; ${rest}`);
  };
  const isKnown = async (tokenId: string) => {
    return (await client.listRevocations({ tokenId })).revocations.length > 0;
  };
  try {
    await pause(REST_MS);
    await phase("nothing arrives", () => pause(REST_MS));
    if (elsewhere !== undefined) await phase("written elsewhere", () => write(elsewhere));
    await phase("arriving", async () => {
      const last = await write(log || server.url);
      while (!(await isKnown(last))) await pause(50);
    });
    await phase("at rest again", () => pause(REST_MS));
    print(`  ${Math.round(calls.rate)} validations a second were answered, ${calls.failed} failed`);
  } finally {
    calls.stop();
    client.close();
    await server.end("SIGKILL");
  }
}

/** Has another process write everything; gives the last token id, once it has been acknowledged. */
async function write(target: string): Promise<string> {
  const writer = fork(fileURLToPath(new URL("./writer.ts", import.meta.url)), [
    target,
    String(ENTRIES),
  ]);
  // The calls that are measured share its core.
  setPriority(writer.pid as number, constants.priority.PRIORITY_LOW);
  await once(writer, "message");
  writer.send("go");
  const [{ last }] = await once(writer, "message");
  writer.kill();
  return last;
}

/** Moves a process and all its threads to a core. */
function moveTo(cores: string, pid: number): void {
  execFileSync("taskset", ["-a", "-c", "-p", cores, String(pid)], { stdio: "ignore" });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
