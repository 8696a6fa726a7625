/**
 * Hostile input at length: `npm run fuzz -- [scale] [seed]`. Scale 1 is 1,000,000 damaged tokens,
 * 100,000 hostile payloads and 100,000 requests a protocol. A failure names its seed and its turn.
 */
import { startFuzzServer } from "./fuzz-server.js";
import { fuzzHostilePayloads } from "./hostile-payloads.js";
import { fuzzMutatedTokens } from "./mutated-tokens.js";
import { fuzzRequestBodies } from "./request-bodies.js";
import { seed, stage } from "./stage.js";

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
