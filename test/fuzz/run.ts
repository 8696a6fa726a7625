/**
 * Hostile input at length: `npm run fuzz -- [scale] [seed]`. Scale 1 is 1,000,000 damaged tokens,
 * 100,000 hostile payloads, 100,000 requests a protocol, 10,000,000 frames of HTTP/2, and HPACK on 1,000,000 header
 * lists against Python's and on 100,000 against Node's. A failure names its seed and its turn.
 */
import { fuzzFrames } from "../http2/fuzz-connections.js";
import { compareWithNode } from "../http2/hpack/against-node.js";
import { compareWithPython } from "../http2/hpack/against-python.js";
import { hasPythonPeer, installPythonPeer, startPythonPeer } from "../http2/hpack/python-peer.js";
import { startFuzzServer } from "./fuzz-server.js";
import { fuzzHostilePayloads } from "./hostile-payloads.js";
import { type Counts, fuzzMutatedTokens } from "./mutated-tokens.js";
import { fuzzRequestBodies } from "./request-bodies.js";

const scale = Number(process.argv[2] ?? 1);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);

async function stage(name: string, full: number, run: (count: number) => Promise<Counts>) {
  const count = Math.ceil(full * scale);
  const start = performance.now();
  const counts = await run(count);
  const seconds = (performance.now() - start) / 1000;
  const rate = Math.round(count / seconds);
  process.stdout.write(`${name}: ${count} in ${seconds.toFixed(1)} s, ${rate}/s\n`);
  for (const [outcome, times] of Object.entries(counts)) {
    process.stdout.write(`  ${String(times).padStart(9)}  ${outcome}\n`);
  }
}

process.stdout.write(`seed ${seed}\n`);
await stage("frames", 10_000_000, async (count) => {
  const { ended, ...counts } = await fuzzFrames(count, seed);
  return { ...counts, ...ended };
});
if (!hasPythonPeer()) installPythonPeer();
const peer = startPythonPeer();
await stage("header lists against Python's hpack", 1_000_000, async (count) => ({
  ...(await compareWithPython(peer, count, seed)),
}));
peer.close();
await stage("header lists against Node's client", 100_000, async (count) => ({
  each: await compareWithNode(count, seed),
}));
const server = await startFuzzServer();
await stage("damaged tokens", 1_000_000, (count) => fuzzMutatedTokens(count, seed));
await stage("hostile payloads", 100_000, (count) => fuzzHostilePayloads(count, seed));
for (const protocol of ["connect+proto", "connect+json", "grpc", "grpc-web"] as const) {
  await stage(`requests over ${protocol}`, 100_000, (count) =>
    fuzzRequestBodies(server, protocol, count, seed),
  );
}
await server.close();
process.stdout.write("nothing accepted, nothing INTERNAL or UNKNOWN, no crash, no hang\n");
