/**
 * Which calls are lost behind a proxy while servers are replaced: ours by SIGUSR2, and grpc-go's by GracefulStop, in turn.
 * `node --import tsx test/transport/peers/compare-goodbyes.ts [PROXY …]`, with PEER_RATE (1,500 calls a second) and
 * PEER_RESTARTS (10 of each). Needs Go and the proxies; PATH decides which version of them.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { runCommand } from "../../conformance/runner/driver-process.js";
import { ROOT } from "../../support/buf.js";
import { startServer } from "../../support/server-process.js";
import { eventually, logLines } from "../../support/worker-lines.js";
import { PROXIES, startProxy } from "./proxies.js";
import { callThroughRestarts, inWords, type RestartedCalls } from "./restart-under-load.js";

const RATE = Number(process.env.PEER_RATE ?? 1_500);
const RESTARTS = Number(process.env.PEER_RESTARTS ?? 10);
const GO_SERVER = join(ROOT, "node_modules/.cache/peers/grpc-go-graceful");

/** A server that can be replaced by another one on its port. */
interface Replaceable {
  readonly port: number;
  restart(): Promise<unknown>;
  end(): Promise<unknown>;
}

async function startOurs(): Promise<Replaceable> {
  // nginx asks by the name of its upstream.
  const server = await startServer({ WORKERS: "2", ALLOWED_HOSTS: "tokens" });
  let done = 0;
  return {
    port: server.port,
    async restart() {
      server.process.kill("SIGUSR2");
      done++;
      await eventually(() => logLines(server, "rolling restart done").length === done);
    },
    end: () => server.end(),
  };
}

async function startGrpcGo(): Promise<Replaceable> {
  const child = spawn(GO_SERVER, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout);
  const [port] = await once(lines, "line");
  return {
    port: Number(port),
    async restart() {
      const restarted = once(lines, "line");
      child.kill("SIGUSR2");
      await restarted;
    },
    async end() {
      const exit = once(child, "exit");
      child.kill();
      await exit;
    },
  };
}

async function measure(
  proxy: (typeof PROXIES)[number],
  start: () => Promise<Replaceable>,
): Promise<RestartedCalls> {
  const server = await start();
  const running = await startProxy(proxy, server.port);
  try {
    return await callThroughRestarts(running.port, RATE, RESTARTS, () => server.restart());
  } finally {
    await running.close();
    await server.end();
  }
}

const folder = join(import.meta.dirname, "full-speed/go");
await runCommand(["go", "build", "-o", GO_SERVER, "./graceful"], { folder });
const wanted = process.argv.slice(2);
for (const proxy of PROXIES) {
  if (wanted.length > 0 && !wanted.includes(proxy.name)) continue;
  for (const [name, start] of [
    ["ours", startOurs],
    ["grpc-go", startGrpcGo],
  ] as const) {
    const calls = await measure(proxy, start);
    process.stdout.write(`${proxy.name}, ${name}: ${inWords(calls)}, ${RESTARTS} restarts\n`);
    for (const failure of new Set(calls.failures)) process.stdout.write(`  ${failure}\n`);
  }
}
