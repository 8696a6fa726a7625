/**
 * Attacks the built server, each attack beside an honest client: `npm run attack -- [--seconds 20] [--only NAME] [--tls]`.
 * Prints a table, and fails where a rule is broken.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { startServer } from "../support/server-process.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";
import { ATTACKS } from "./all-attacks.js";
import type { Attack } from "./attack.js";
import { startAttacker } from "./attacker.js";
import { brokenRules, type Outcome, siege } from "./siege.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "20" },
    only: { type: "string", default: "" },
    tls: { type: "boolean", default: false },
  },
});
const env = values.tls ? tlsFiles() : {};
const attacker = startAttacker();
const columns = ["attack", "sent", "opened", "closed by server", "first closed after"];
columns.push("honest calls", "errors", "p50 / p99 ms", "RSS MiB before / peak / after");
print(columns);
print(columns.map(() => "---"));
try {
  const attacks = ATTACKS.filter(({ name }) => name.includes(values.only));
  await attackServer(attacks.filter(({ server }) => server === undefined));
  await attackServer(
    attacks.filter(({ server }) => server === "few files"),
    256,
  );
} finally {
  attacker.close();
}

async function attackServer(attacks: readonly Attack[], openFiles?: number): Promise<void> {
  if (attacks.length === 0) return;
  const server = await startServer(env, openFiles === undefined ? {} : { openFiles });
  try {
    const url = server.url.replace("localhost", "127.0.0.1");
    const target = { url, pid: server.process.pid as number, token: await issueToken(url) };
    for (const attack of attacks) {
      const outcome = await siege(attack, target, attacker, Number(values.seconds));
      printOutcome(outcome);
      for (const rule of brokenRules(outcome)) {
        process.stdout.write(`\nBROKEN: ${attack.name}: ${rule}\n\n`);
        process.exitCode = 1;
      }
    }
  } finally {
    await server.end();
  }
}

function tlsFiles(): Record<string, string> {
  const folder = scratchFolder();
  const cert = join(folder, "cert.pem");
  const key = join(folder, "key.pem");
  writeFileSync(cert, TEST_CERTIFICATE);
  writeFileSync(key, TEST_CERTIFICATE_KEY, { mode: 0o600 });
  return { TLS_CERT_FILE: cert, TLS_KEY_FILE: key };
}

async function issueToken(url: string): Promise<string> {
  const transport = createGrpcTransport({ baseUrl: url, nodeOptions: { ca: TEST_CERTIFICATE } });
  const client = createClient(TokenService, transport);
  return (await client.generateToken({ userId: "user_123", permissions: ["read"] })).token;
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
