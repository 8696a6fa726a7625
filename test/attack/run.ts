/**
 * Attacks the built server, each attack beside an honest client: `npm run attack -- [--seconds 20] [--only NAME]`.
 * Prints a table, and fails where a rule is broken.
 */
import { parseArgs } from "node:util";
import { startServer } from "../support/server-process.js";
import { ATTACKS } from "./all-attacks.js";
import { startAttacker } from "./attacker.js";
import { brokenRules, type Outcome, siege } from "./siege.js";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "20" }, only: { type: "string", default: "" } },
});
const server = await startServer();
const attacker = startAttacker();
const columns = ["attack", "sent", "opened", "closed by server", "first closed after"];
columns.push("honest calls", "errors", "p50 / p99 ms", "RSS MiB before / peak / after");
print(columns);
print(columns.map(() => "---"));
try {
  const pid = server.process.pid as number;
  const target = { port: server.port, pid, token: await issueToken(server.url) };
  for (const attack of ATTACKS.filter(({ name }) => name.includes(values.only))) {
    const outcome = await siege(attack, target, attacker, Number(values.seconds));
    printOutcome(outcome);
    for (const rule of brokenRules(outcome)) {
      process.stdout.write(`\nBROKEN: ${attack.name}: ${rule}\n\n`);
      process.exitCode = 1;
    }
  }
} finally {
  attacker.close();
  await server.end();
}

async function issueToken(url: string): Promise<string> {
  const response = await fetch(`${url}/securetoken.v1.TokenService/GenerateToken`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId: "user_123", permissions: ["read"] }),
  });
  return ((await response.json()) as { token: string }).token;
}

function printOutcome({ name, tally, served, memory }: Outcome): void {
  const { sent, opened, closed, firstClosedMs } = tally;
  const when = firstClosedMs === undefined ? "never" : `${(firstClosedMs / 1000).toFixed(2)} s`;
  const latency = `${served.p50.toFixed(1)} / ${served.p99.toFixed(1)}`;
  const rss = `${memory.before} / ${memory.peak} / ${memory.after}`;
  const { calls, errors } = served;
  print([name, sent, opened, closed, when, calls, errors.length, latency, rss]);
}

function print(cells: readonly unknown[]): void {
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}
