/** HPACK (RFC 7541): its examples, its edges, and two other implementations, briefly. `npm run fuzz:http2` does it at length. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HpackDecoder } from "../../../src/http2/hpack/decoder.js";
import { decodeHuffman } from "../../../src/http2/hpack/huffman.js";
import { encodeHeaderBlock } from "../../../src/http2/index.js";
import { compareWithNode } from "./against-node.js";
import { compareWithPython } from "./against-python.js";
import { hasPythonPeer, installPythonPeer, startPythonPeer } from "./python-peer.js";

const SEED = 20_261_126;
const ANY_SIZE = 1e9;

/** Decodes hexadecimal blocks with one decoder, to "name: value". */
function decode(decoder: HpackDecoder, hex: string, maxListSize = ANY_SIZE) {
  const block = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const fields: string[] = [];
  const size = decoder.decode(block, 0, block.length, maxListSize, {
    field: ({ name, value }) => fields.push(`${name}: ${value}`),
  });
  return { fields, size };
}

describe("HPACK", () => {
  it("reads the requests of appendix C.3, plain", () => {
    const decoder = new HpackDecoder(4_096);
    const first = "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d";
    const base = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
    assert.deepEqual(decode(decoder, first).fields, base);
    const second = decode(decoder, "8286 84be 5808 6e6f 2d63 6163 6865");
    assert.deepEqual(second.fields, [...base, "cache-control: no-cache"]);
    const third = "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65";
    assert.deepEqual(decode(decoder, third).fields, [
      ":method: GET",
      ":scheme: https",
      ":path: /index.html",
      ":authority: www.example.com",
      "custom-key: custom-value",
    ]);
  });

  it("reads the answers of appendix C.6: Huffman, and a table of 256 octets that evicts", () => {
    const decoder = new HpackDecoder(256);
    const date = "Mon, 21 Oct 2013 20:13:21 GMT";
    const blocks = [
      "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
      "4883 640e ffc1 c0bf",
      "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
    ];
    const lists = blocks.map((block) => decode(decoder, block).fields);
    const common = ["cache-control: private", `date: ${date}`, "location: https://www.example.com"];
    assert.deepEqual(lists, [
      [":status: 302", ...common],
      [":status: 307", ...common],
      [
        ":status: 200",
        "cache-control: private",
        "date: Mon, 21 Oct 2013 20:13:22 GMT",
        "location: https://www.example.com",
        "content-encoding: gzip",
        "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
      ],
    ]);
  });

  it("keeps the name of an entry that the field which refers to it evicts", () => {
    const decoder = new HpackDecoder(64);
    assert.deepEqual(decode(decoder, "40 0161 0162").fields, ["a: b"]);
    // The new entry needs all of the table, which held the one that names it.
    const value = "63".repeat(31);
    assert.deepEqual(decode(decoder, `7e 1f${value}`).fields, [`a: ${"c".repeat(31)}`]);
    assert.deepEqual(decode(decoder, "be").fields, [`a: ${"c".repeat(31)}`]);
  });

  it("empties the table for an entry that is larger than it", () => {
    const decoder = new HpackDecoder(64);
    decode(decoder, "40 0161 0162");
    decode(decoder, `40 0161 20${"63".repeat(32)}`);
    assert.throws(() => decode(decoder, "be"), /an index that no table has/);
  });

  it("empties the table when its size becomes 0, and fills it anew", () => {
    const decoder = new HpackDecoder(4_096);
    decode(decoder, "40 0161 0162");
    assert.throws(() => decode(decoder, "20 be"), /an index that no table has/);
    assert.deepEqual(decode(new HpackDecoder(4_096), "20 3fe11f 40 0161 0162 be").fields, [
      "a: b",
      "a: b",
    ]);
  });

  it("hands on no field beyond the list's size, and still keeps the table", () => {
    const decoder = new HpackDecoder(4_096);
    const { fields, size } = decode(decoder, "40 0161 0162 40 0163 0164", 40);
    assert.deepEqual({ fields, size }, { fields: ["a: b"], size: 68 });
    assert.deepEqual(decode(decoder, "be bf").fields, ["c: d", "a: b"]);
  });

  it("reads a bomb of one entry and 16,000 references in its own size", () => {
    const decoder = new HpackDecoder(4_096);
    decode(decoder, `40 0161 7fa11e${"62".repeat(4_000)}`);
    const { fields, size } = decode(decoder, "be".repeat(16_000), 16_384);
    assert.ok(size > 16_384);
    assert.equal(fields.length, 4);
  });

  for (const [name, hex] of [
    ["an integer without end", `7f${"80".repeat(30)}00`],
    ["an integer above 2^28", "ffffffffff0f"],
    ["a table size above the announced one", "3fe21f"],
    ["a table size behind a field", "82 20"],
    ["an index of 0", "80"],
    ["a name's index of 0x3f and no more", "7f"],
    ["a string beyond its block", "00 7f8001 61"],
    ["Huffman padding of eight bits", "00 0161 82 07ff"],
    ["Huffman padding with zeros", "00 0161 81 18"],
    ["Huffman's end of string", "00 0161 84 ffffffff"],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.throws(() => decode(new HpackDecoder(4_096), hex), {
        name: "ConnectionError",
        code: 9,
      });
    });
  }

  it("refuses every string of one octet in no Huffman code, and reads the others", () => {
    const read = [];
    for (let octet = 0; octet < 256; octet++) {
      const text = decodeHuffman(Buffer.from([octet]), 0, 1);
      if (text !== undefined) read.push(text);
    }
    // The symbols of five bits, six bits and seven bits, padded with ones; and a symbol of eight bits.
    const bits = {
      five: "012aceiost",
      six: " %-./3456789=A_bdfghlmnpru",
      seven: ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz",
    };
    const eight = "&*,;XZ";
    assert.deepEqual(
      read.join("").split("").sort(),
      [...bits.five, ...bits.six, ...bits.seven, ...eight].sort(),
    );
  });

  it("throws for a field that no answer may have", () => {
    for (const field of [
      ["A", "b"],
      ["a b", "c"],
      ["a", "b\r\nc: d"],
      ["a", "\u0100"],
      ["", ""],
    ] as const) {
      assert.throws(() => encodeHeaderBlock([field]), TypeError);
    }
  });

  it("agrees with Node's own client on 1,000 header lists each way", async () => {
    assert.equal(await compareWithNode(1_000, SEED), 1_000);
  });

  const isCi = process.env.CI === "true";
  if (isCi && !hasPythonPeer()) installPythonPeer();
  const skip = !hasPythonPeer() && "no Python with hpack found; npm run fuzz:http2 installs it";
  it("agrees with Python's hpack on 10,000 header lists", { skip }, async () => {
    const peer = startPythonPeer();
    try {
      const counts = await compareWithPython(peer, 10_000, SEED);
      for (const each of Object.values(counts)) assert.ok(each > 50, JSON.stringify(counts));
    } finally {
      peer.close();
    }
  });
});
