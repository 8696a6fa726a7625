/** Something else on the log's port: no answer ends the process, is taken for a page, or quotes the password. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { inspect } from "node:util";
import type { RevocationLog } from "../../../src/revocation/log/log.js";
import { openLog } from "../../../src/revocation/log/open-log.js";
import { tokenEntry } from "../../support/revocation-entries.js";

const READ_MS = 700;
const PASSWORD = "garbage-password";

/** What is answered to each thing that is read, by its number on the connection, from 0. */
type Answer = (number: number, read: Buffer) => Buffer | string | undefined;

/** A message of PostgreSQL's. */
function message(type: string, length: number, ...bytes: number[]): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(length, 1);
  return Buffer.concat([head, Buffer.from(bytes)]);
}

const AUTHENTICATED = Buffer.concat([
  message("R", 8, 0, 0, 0, 0),
  message("Z", 5, "I".charCodeAt(0)),
]);
/** Lets the client in, and then answers every query so. */
function toQueries(answer: Buffer | string): Answer {
  return (number) => (number === 0 ? AUTHENTICATED : answer);
}

const POSTGRES: Record<string, Answer> = {
  "a web server": () => "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
  "random bytes": () => randomBytes(4096),
  "a message without a length": () => message("Z", 0),
  "a negative length": () => message("R", -2),
  "a length of two gigabytes": () => message("R", 0x7fffffff),
  "a row that nobody asked for": () => message("D", 6, 0, 0),
  "random bytes to a query": toQueries(randomBytes(4096)),
  "a row before its description": toQueries(message("D", 6, 0, 0)),
  "a row of 30,000 columns that are not there": toQueries(
    Buffer.concat([message("T", 6, 0, 0), message("D", 6, 0x75, 0x30)]),
  ),
  "a column of a negative length": toQueries(
    Buffer.concat([message("T", 6, 0, 0), message("D", 10, 0, 1, 0xff, 0xff, 0xff, 0xf0)]),
  ),
  "GSSAPI, which the library lacks": () => message("R", 8, 0, 0, 0, 7),
  "a kind of authentication that nobody knows": () => message("R", 8, 0, 0, 0, 99),
};

/** Readiness is asked for first; then every command is answered so. */
function toCommands(answer: string): Answer {
  return (_, read) => {
    if (/\binfo\b/i.test(read.toString("latin1"))) return "$17\r\nredis_version:7\r\n\r\n";
    return /\b(auth|client|select|hello)\b/i.test(read.toString("latin1")) ? "+OK\r\n" : answer;
  };
}

const REDIS: Record<string, Answer> = {
  "a web server": () => "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
  "random bytes": () => randomBytes(4096),
  nothing: toCommands("$-1\r\n"),
  "no array": toCommands("*-1\r\n"),
  "an empty array": toCommands("*0\r\n"),
  "a number": toCommands(":1\r\n"),
  "a word": toCommands("+OK\r\n"),
  "an array of a billion": toCommands("*1000000000\r\n"),
  "a text of two gigabytes": toCommands("$2147483647\r\nx"),
  "six nothings": toCommands("*6\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n"),
  "entries that are a word": toCommands(
    "*6\r\n$1\r\na\r\n$1\r\nb\r\n$3\r\n0-0\r\n:0\r\n:0\r\n+word\r\n",
  ),
  "an entry without fields": toCommands(
    "*6\r\n$1\r\na\r\n$1\r\nb\r\n$3\r\n0-0\r\n:0\r\n:0\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*-1\r\n",
  ),
  "an entry that is none": toCommands(
    "*6\r\n$1\r\na\r\n$1\r\nb\r\n$3\r\n0-0\r\n:0\r\n:0\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\ne\r\n$2\r\n[]\r\n",
  ),
  "an error that quotes": toCommands(`-WRONGPASS ${PASSWORD} is wrong\r\n`),
};

describe("something else in the place of", () => {
  for (const [engine, answers] of Object.entries({ PostgreSQL: POSTGRES, Redis: REDIS })) {
    const scheme = engine === "Redis" ? "redis" : "postgres";
    for (const [what, answer] of Object.entries(answers)) {
      it(`${engine}: ${what}`, async (t) => {
        const port = await listen(t, answer);
        const log = await openLog(`${scheme}://user:${PASSWORD}@127.0.0.1:${port}`);
        t.after(() => log.close());
        let hints = 0;
        log.onHint(() => hints++);
        for (let i = 0; i < 2; i++) {
          assert.doesNotMatch(inspect(await failureOf(log)), new RegExp(PASSWORD));
        }
        await assert.rejects(log.append([tokenEntry("a")], READ_MS));
      });
    }
  }
});

/** Why the log cannot be read. */
async function failureOf(log: RevocationLog): Promise<Error> {
  return log.read(undefined, READ_MS).then(
    (page) => assert.fail(`read ${inspect(page)}`),
    (error: Error) => error,
  );
}

async function listen(t: TestContext, answer: Answer): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let number = 0;
    socket.on("data", (read) => {
      const bytes = answer(number++, read);
      if (bytes !== undefined) socket.write(bytes);
    });
    socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
