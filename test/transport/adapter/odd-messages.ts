import type { RawRequest } from "./raw-requests.js";
import { json, proto, text } from "./raw-requests.js";
import { rows } from "./request-rows.js";

/** Messages that only look like some, and others that do not look like it. */
export const oddMessages: readonly RawRequest[] = [
  // Protobuf
  ...rows(
    "proto",
    [
      Uint8Array.of(0x0a, 1, 0x61, 0x0a, 1, 0x62),
      Uint8Array.of(0x08, 1),
      Uint8Array.of(0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1),
      Uint8Array.of(0x0a, 5, 0x61),
      Uint8Array.of(0x0b, 0x0c),
      Uint8Array.of(0x0b),
      Uint8Array.of(0x0c),
      Uint8Array.of(0, 0),
      Uint8Array.of(0xf8, 0xff, 0xff, 0xff, 0x0f, 1),
      Uint8Array.of(0x0a, 2, 0xed, 0xa0),
      Uint8Array.of(0x0a, 3, 0xed, 0xa0, 0x80),
      Uint8Array.of(0x12, 0xff, 0xff, 0xff, 0xff, 0x07),
    ],
    (body) => ({ headers: proto, body: [body] }),
  ),
  // JSON
  ...rows(
    "json",
    [
      '\ufeff{"text":"a"}',
      '{"text":"a","text":"b"}',
      '{"text":"\\ud800"}',
      '{"text":"\\u0000"}',
      '{"text":null}',
      '{"text":{"a":[1]}}',
      '{"data":"YQ"}',
      '{"data":"-_8"}',
      '{"data":"***"}',
      '{"__proto__":{"text":"a"}}',
      '{"constructor":1,"toString":2}',
      `${"[".repeat(2_000)}${"]".repeat(2_000)}`,
      `{"more":${"[".repeat(1_900)}${"]".repeat(1_900)}}`,
      "{}{}",
      '{"text":"a",}',
      "// a\n{}",
      "{'text':'a'}",
      "null",
      "true",
      '"text"',
      " \t\r\n{} \n",
      "\u00a0{}",
      " ",
    ],
    (body) => ({ headers: json, body: [text(body)] }),
  ),
  {
    name: "json, bad UTF-8 in a text",
    headers: json,
    body: [Buffer.concat([text('{"text":"'), Uint8Array.of(0xc3, 0x28, 0xff), text('"}')])],
  },
  {
    name: "json, a character in two frames",
    headers: json,
    body: [text('{"text":"ä"}').subarray(0, 10), text('{"text":"ä"}').subarray(10)],
  },
  { name: "json, UTF-16", headers: json, body: [Buffer.from("{}", "utf16le")] },
];
