/** Sequences of frames: mostly what a client would send, and then mutated, reordered, cut and repeated. */
import type { Random } from "../support/random.js";
import { frame, headerBlock, number32, TYPE } from "./raw-client.js";

const POST = { ":method": "POST", ":scheme": "http", ":path": "/", ":authority": "localhost" };
/** Header blocks: requests, trailers, faults, and blocks that change the decoder's table. */
const BLOCKS = [
  headerBlock(POST),
  headerBlock({ ...POST, "content-type": "application/grpc", te: "trailers" }),
  headerBlock({ ...POST, "content-length": "4" }),
  headerBlock({ ...POST, ":method": "CONNECT" }),
  headerBlock({ ...POST, connection: "close" }),
  headerBlock({ ":method": "GET" }),
  headerBlock({ "x-trailer": "a" }),
  headerBlock({ ...POST, a: "b".repeat(3_000) }),
  headerBlock({ ...POST, a: "b".repeat(17_000) }).subarray(0, 16_000),
  Buffer.concat([headerBlock(POST), Buffer.from("400161c10162", "hex")]),
  Buffer.from("828684410f7777772e6578616d706c652e636f6d", "hex"),
  Buffer.from("82868441 8cf1e3c2e5f23a6ba0ab90f4ff".replaceAll(" ", ""), "hex"),
  Buffer.concat([Buffer.from([0x20]), headerBlock(POST)]),
  Buffer.from("be", "hex"),
  Buffer.alloc(0),
];
const TYPES = [
  ...new Array<number>(8).fill(TYPE.headers),
  ...new Array<number>(8).fill(TYPE.data),
  ...new Array<number>(3).fill(TYPE.windowUpdate),
  ...new Array<number>(3).fill(TYPE.reset),
  TYPE.settings,
  TYPE.ping,
  TYPE.goaway,
  TYPE.continuation,
  2,
  5,
  99,
];
const END_STREAM = 1;
const END_HEADERS = 4;
const PADDED = 8;
const PRIORITY = 0x20;

/** Draws the frames of one connection, without the preface. */
export function randomFrames(random: Random, count: number): Buffer[] {
  const draw = new FrameSource(random);
  const frames: Buffer[] = [];
  // How often it does what no client does: most connections must live long enough to be worth it.
  const wildness = random.pick([0, 0.002, 0.01, 0.1]);
  for (let index = 0; index < count; index++) {
    const next = draw.next(wildness);
    frames.push(random.chance(wildness) ? mutated(random, next) : next);
    if (random.chance(wildness)) frames.push(random.pick(frames));
    if (random.chance(wildness)) frames.reverse();
  }
  return frames;
}

class FrameSource {
  readonly #random: Random;
  #nextId = 1;
  #open: number[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  next(wildness: number): Buffer {
    const random = this.#random;
    const isWild = random.chance(wildness);
    const type = random.pick(TYPES);
    if (isWild) return this.#wild(type);
    if (type === TYPE.headers) return this.#request();
    if (type === TYPE.data || type === TYPE.reset) {
      const stream = this.#open.pop();
      if (stream === undefined) return this.#request();
      if (type === TYPE.reset) {
        return random.chance(0.3)
          ? frame(type, 0, stream, number32(random.int(14)))
          : this.#body(stream);
      }
      return this.#body(stream);
    }
    if (type === TYPE.windowUpdate) {
      const stream = random.chance(0.5) ? 0 : (this.#open[0] ?? 0);
      return frame(type, 0, stream, number32(1 + random.int(1_000)));
    }
    if (type === TYPE.ping) return frame(type, random.int(2), 0, random.bytes(8));
    if (type === TYPE.settings) {
      const id = random.pick([1, 3, 4, 6, 77]);
      const payload = Buffer.alloc(6);
      payload.writeUInt16BE(id);
      payload.writeUInt32BE(random.int(70_000), 2);
      return frame(type, 0, 0, payload);
    }
    if (type === 2) return frame(type, 0, this.#nextId, Buffer.from([0, 0, 0, 0, 1]));
    return frame(99, random.int(256), 0, random.bytes(random.int(20)));
  }

  #request(): Buffer {
    const random = this.#random;
    const stream = this.#nextId;
    this.#nextId += 2;
    const ends = random.chance(0.5);
    if (!ends) this.#open.push(stream);
    if (this.#open.length > 20) this.#open.shift();
    const block = random.pick(BLOCKS.slice(0, 3));
    if (random.chance(0.9))
      return frame(TYPE.headers, END_HEADERS | (ends ? END_STREAM : 0), stream, block);
    const cut = random.int(block.length);
    return Buffer.concat([
      frame(TYPE.headers, ends ? END_STREAM : 0, stream, block.subarray(0, cut)),
      frame(TYPE.continuation, END_HEADERS, stream, block.subarray(cut)),
    ]);
  }

  #body(stream: number): Buffer {
    const random = this.#random;
    const ends = random.chance(0.7);
    if (!ends) this.#open.push(stream);
    const body = random.bytes(random.pick([0, 1, 4, 300]));
    if (random.chance(0.8)) return frame(TYPE.data, ends ? END_STREAM : 0, stream, body);
    const padding = random.int(30);
    const payload = Buffer.concat([Buffer.from([padding]), body, Buffer.alloc(padding)]);
    return frame(TYPE.data, PADDED | (ends ? END_STREAM : 0), stream, payload);
  }

  /** Any type, flags and stream, with a payload of some type. */
  #wild(type: number): Buffer {
    const random = this.#random;
    const stream = random.pick([
      0,
      1,
      2,
      this.#nextId,
      this.#open[0] ?? 3,
      random.int(2 ** 31),
      2 ** 31 - 1,
    ]);
    const flags = random.pick([0, 1, 4, 5, 5 | PADDED, 5 | PRIORITY, 0x2d, random.int(256)]);
    const payload = random.pick([
      () => random.pick(BLOCKS),
      () => random.bytes(random.int(40)),
      () => number32(random.pick([0, 1, 2 ** 31 - 1, 2 ** 32 - 1])),
      () => random.bytes(random.pick([4, 5, 6, 8])),
    ])();
    return frame(type, flags, stream, payload);
  }
}

function mutated(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  switch (random.int(3)) {
    case 0:
      copy[random.int(copy.length)] = random.int(256);
      return copy;
    case 1:
      return copy.subarray(0, random.int(copy.length));
    default:
      copy.writeUIntBE(random.int(0x5000), 0, 3);
      return copy;
  }
}
