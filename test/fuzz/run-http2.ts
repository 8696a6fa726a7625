/**
 * Hostile HTTP/2 at length: `npm run fuzz:http2 -- [scale] [seed]`. Scale 1 is 10,000,000 frames, and
 * HPACK on 1,000,000 header lists against Python's and on 100,000 against Node's. A failure names its
 * seed and its turn.
 */
import { fuzzFrames } from "../http2/fuzz-connections.js";
import { compareWithNode } from "../http2/hpack/against-node.js";
import { compareWithPython } from "../http2/hpack/against-python.js";
import { hasPythonPeer, installPythonPeer, startPythonPeer } from "../http2/hpack/python-peer.js";
import { seed, stage } from "./stage.js";

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
