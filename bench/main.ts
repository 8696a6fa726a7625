/**
 * The benchmark: `npm run bench -- [--rounds 5] [--calls 5000] [--requests 10000] [--write FILE]`.
 * Prints Markdown, and writes it to FILE too where one is named.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { benchCore } from "./core-bench.js";
import { benchRpc } from "./rpc-bench.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    calls: { type: "string", default: "5000" },
    requests: { type: "string", default: "10000" },
    write: { type: "string" },
  },
});
const rounds = Number(values.rounds);

const core = await benchCore(rounds, Number(values.calls));
const rpc = await benchRpc(rounds, Number(values.requests));
const report = `# Benchmark

Medians of ${rounds} interleaved rounds after one to warm up, Node ${process.versions.node}, ${process.platform}-${process.arch}. \`npm run bench\` prints this.

## A token, in-process

${core}

The ratio is to Secure Token's time: above 1× takes longer.

## A call, over the network

One server core, \`h2load\` on another: 4 connections, 16 streams each. The echoes send back the same request and look at nothing.

${rpc}

The ratio is to Secure Token's rate over gRPC: above 1× is faster.
`;
process.stdout.write(report);
if (values.write !== undefined) {
  mkdirSync(dirname(values.write), { recursive: true });
  writeFileSync(values.write, report);
}
