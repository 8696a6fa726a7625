/** Our HPACK against Node's own HTTP/2 client (nghttp2), in both directions, over a socket. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import { encodeHeaderBlock, type HeaderFields } from "../../../src/http2/index.js";
import { type Random, seededRandom } from "../../support/random.js";
import { startAnsweringServer } from "../answering-server.js";
import { type RandomField, randomFields } from "./random-fields.js";

const REQUESTS_A_CONNECTION = 500;
const PARALLEL = 50;
/** What has a meaning in HTTP/2, so that nghttp2 or our rules would refuse it. */
const WITH_MEANING = new Set([
  ":authority",
  ":method",
  ":path",
  ":scheme",
  ":status",
  "transfer-encoding",
  "content-length",
  "te",
  "host",
  "connection",
]);
/** What Node joins differently, or gives as a list, or may come once only. */
const SINGLE =
  /^(?:set-cookie|cookie|age|authorization|etag|expires|from|if-|last-modified|location|max-forwards|proxy-authorization|range|referer|retry-after|server|user-agent|date|content-|access-control|dnt|tk|upgrade)/;

type Values = Record<string, string>;

/** Compares `count` requests and as many answers. @throws AssertionError with the seed */
export async function compareWithNode(count: number, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const received = new Map<string, HeaderFields>();
  const answers = new Map<string, Values>();
  const server = await startAnsweringServer({
    onStream(stream) {
      const key = stream.headers[":path"] as string;
      received.set(key, stream.headers);
      const fields = Object.entries(answers.get(key) as Values);
      stream.respond(encodeHeaderBlock([[":status", "200"], ...fields]));
    },
  });
  let done = 0;
  try {
    while (done < count) {
      const settings = random.chance(0.5) ? {} : { headerTableSize: random.int(8_192) };
      const session = http2.connect(`http://127.0.0.1:${server.port}`, { settings });
      for (let sent = 0; sent < REQUESTS_A_CONNECTION && done < count; sent += PARALLEL) {
        const calls = Array.from({ length: PARALLEL }, async (_, at) => {
          const path = `/${seed}/${done + at}`;
          const request = draw(random);
          answers.set(path, Object.fromEntries(draw(random)));
          const headers: http2.OutgoingHttpHeaders = Object.fromEntries(request);
          headers[":path"] = path;
          const sensitive = request
            .filter(([, , isSensitive]) => isSensitive)
            .map(([name]) => name);
          headers[http2.sensitiveHeaders as unknown as string] = sensitive as never;
          const stream = session.request(headers);
          const [answer] = (await once(stream, "response")) as [Record<string, string>];
          stream.close();
          const got = Object.fromEntries(
            Object.entries(received.get(path) ?? {}).filter(([name]) => !name.startsWith(":")),
          );
          assert.deepEqual(
            got,
            Object.fromEntries(request.map(([name, value]) => [name, value])),
            path,
          );
          const { ":status": status, ...rest } = answer;
          assert.equal(status, 200, path);
          assert.deepEqual(Object.fromEntries(Object.entries(rest)), answers.get(path), path);
          received.delete(path);
          answers.delete(path);
        });
        await Promise.all(calls);
        done += PARALLEL;
      }
      session.close();
      await once(session, "close");
    }
  } finally {
    await server.close();
  }
  return done;
}

/** A list without names that come twice: Node's client has no way to send them apart. */
function draw(random: Random): RandomField[] {
  const fields = randomFields(random, { without: WITH_MEANING, beyondAscii: false });
  const byName = new Map<string, RandomField>();
  for (const field of fields)
    if (!SINGLE.test(field[0]) || !byName.has(field[0])) byName.set(field[0], field);
  return [...byName.values()].filter(([name]) => name !== "set-cookie" && !/^\d/.test(name));
}
