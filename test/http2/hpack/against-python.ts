/** Our HPACK against Python's `hpack`, in both directions. */
import assert from "node:assert/strict";
import { HpackDecoder } from "../../../src/http2/hpack/decoder.js";
import { encodeHeaderBlock } from "../../../src/http2/index.js";
import { type Random, seededRandom } from "../../support/random.js";
import type { PeerConnection, PythonPeer } from "./python-peer.js";
import { randomBlocks } from "./random-blocks.js";
import { type RandomField, randomFields } from "./random-fields.js";

const TABLE_SIZE = 4_096;
const CONNECTIONS_A_BATCH = 50;
const LISTS_A_CONNECTION = 20;
const FRAME_HEADER_SIZE = 9;

type Fields = (readonly [string, string])[];

/** How many lists were compared, and how. */
export interface HpackCounts {
  /** Encoded by the peer, decoded by us. */
  readonly decoded: number;
  /** Encoded by us, decoded by the peer. */
  readonly encoded: number;
  /** Written by hand, decoded alike by both. */
  readonly alike: number;
  /** Written by hand, refused by both. */
  readonly refused: number;
}

/** Compares `count` lists. @throws AssertionError with the seed and the connection's number */
export async function compareWithPython(
  peer: PythonPeer,
  count: number,
  seed: number,
): Promise<HpackCounts> {
  const counts = { decoded: 0, encoded: 0, alike: 0, refused: 0 };
  const random = seededRandom(seed);
  let compared = 0;
  while (compared < count) {
    const drawn = Array.from({ length: CONNECTIONS_A_BATCH }, (_, at) =>
      drawConnection(random, at % 2 === 0),
    );
    const results = await peer.serve(drawn);
    for (const [at, connection] of drawn.entries()) {
      const where = `seed ${seed}, lists before ${compared}, connection ${at}`;
      const result = results[at] as (typeof results)[number];
      const lists = connection.lists.map(toFields);
      assert.deepEqual(decodeAll(result.encoded), lists, where);
      counts.decoded += lists.length;
      if (connection.isOurs) {
        assert.deepEqual(result.decoded, lists, where);
        counts.encoded += lists.length;
      } else {
        const ours = decodeAll(connection.blocks);
        assert.deepEqual(ours, result.decoded, where);
        counts.alike += ours.filter((list) => list !== null).length;
        counts.refused += ours.filter((list) => list === null).length;
      }
      compared += lists.length + result.decoded.length;
    }
  }
  return counts;
}

/** @param isOurs whether the peer decodes what we have encoded, or blocks that were written by hand */
function drawConnection(random: Random, isOurs: boolean): PeerConnection & { isOurs: boolean } {
  let table = TABLE_SIZE;
  const lists: RandomField[][] = [];
  const tables: number[] = [];
  for (let list = 0; list < LISTS_A_CONNECTION; list++) {
    if (random.chance(0.1)) table = random.chance(0.3) ? 0 : random.int(TABLE_SIZE + 1);
    tables.push(table);
    lists.push(randomFields(random));
  }
  const blocks = isOurs
    ? lists.map((list) => encodeHeaderBlock(toFields(list)).frame.subarray(FRAME_HEADER_SIZE))
    : randomBlocks(random, LISTS_A_CONNECTION);
  const hex = blocks.map((block) => block.toString("hex"));
  return { tables, lists, huffman: random.chance(0.7), blocks: hex, isOurs };
}

/** Decodes the blocks of a connection; null, at the end, for one that is malformed. */
function decodeAll(blocks: readonly string[]): (Fields | null)[] {
  const decoder = new HpackDecoder(TABLE_SIZE);
  const lists: (Fields | null)[] = [];
  for (const hex of blocks) {
    const block = Buffer.from(hex, "hex");
    const fields: Fields = [];
    try {
      decoder.decode(block, 0, block.length, Number.MAX_SAFE_INTEGER, {
        field: ({ name, value }) => fields.push([name, value]),
      });
    } catch {
      lists.push(null);
      break;
    }
    lists.push(fields);
  }
  return lists;
}

function toFields(list: readonly RandomField[]): Fields {
  return list.map(([name, value]) => [name, value]);
}
