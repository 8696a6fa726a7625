/** The log names who was refused; a batch leaves its counts; a repeated credential is none. */
import assert from "node:assert/strict";
import { connect as connectTcp } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { pino } from "pino";
import { createSecureTokenClient } from "../../src/client/node.js";
import type { SecureTokenManager } from "../../src/core/index.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { ANYONE, KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { createServer, type Server } from "../../src/server/server.js";
import { FLAG, frame, headerBlock, PREFACE, TYPE } from "../attack/frames.js";
import { fixedManager, HOUR_MICROS, movableClock } from "../support/fixed-manager.js";
import { keepReports } from "../support/reports.js";

const PATH = "/securetoken.v1.TokenService/IntrospectToken";
const KEY = generateApiKey();
const lines: string[] = [];
const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });
const clock = movableClock();
let manager: SecureTokenManager;
let server: Server;
let origin: string;

before(async () => {
  manager = await fixedManager({ clock });
  const row = {
    name: "gateway",
    api_keys: [{ sha256: digestApiKey(KEY) }],
    rpcs: ["BatchValidateTokens", "IntrospectToken"],
    calls_per_second: 0.01,
  };
  const rows = parseCallers(JSON.stringify({ callers: [row] }));
  const isAuthentic = (text: string) => manager.introspectToken(text).state !== "INVALID";
  server = createServer({ manager, logger, callers: new KnownCallers(rows, isAuthentic) });
  const { port } = await server.listen(0, "127.0.0.1");
  origin = `http://127.0.0.1:${port}`;
});
after(() => server.close(0));
beforeEach(() => lines.splice(0));

const calls = () =>
  lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "call") as Record<
    string,
    unknown
  >[];

describe("the log", () => {
  it("names a caller that may not call, a holder, and one that calls too often", async () => {
    const client = createSecureTokenClient({ baseUrl: origin, apiKey: KEY });
    const { token } = manager.generateToken("u");
    const holder = createSecureTokenClient({ baseUrl: origin, apiKey: token });
    await client.exportConfig().catch(() => {});
    await holder.exportConfig().catch(() => {});
    for (let i = 0; i < 2; i++) await client.introspectToken("x").catch(() => {});
    const refused = calls().filter(({ outcome }) => outcome !== "Ok");
    assert.deepEqual(
      refused.map(({ caller, outcome, reason }) => [caller, outcome, reason]),
      [
        ["gateway", "PermissionDenied", "CALLER_ERROR_REASON_RPC_NOT_ALLOWED"],
        ["holder", "PermissionDenied", "CALLER_ERROR_REASON_RPC_NOT_ALLOWED"],
        ["gateway", "ResourceExhausted", "CALLER_ERROR_REASON_RATE_EXCEEDED"],
      ],
    );
    for (const line of refused) {
      assert.equal(typeof line.duration_ms, "number");
      assert.equal(line.peer, "127.0.0.1");
    }
    client.close();
    holder.close();
  });

  it("tells how long it took to refuse an unknown caller, and names nobody", async () => {
    const client = createSecureTokenClient({ baseUrl: origin, apiKey: generateApiKey() });
    await client.exportConfig().catch(() => {});
    const [line] = calls();
    assert.equal(line?.reason, "CALLER_ERROR_REASON_UNKNOWN_CALLER");
    assert.equal(typeof line?.duration_ms, "number");
    assert.equal(line?.caller, undefined);
    client.close();
  });

  it("counts the tokens and the verdicts of a batch", async () => {
    const open = createServer({ manager, logger, callers: ANYONE });
    const { port } = await open.listen(0, "127.0.0.1");
    const client = createSecureTokenClient({ baseUrl: `http://127.0.0.1:${port}` });
    const short = manager.generateToken("u", { expiresInHours: 1 }).token;
    const long = manager.generateToken("u").token;
    clock.micros += 2 * HOUR_MICROS;
    await client.batchValidateTokens([long, short, "x", "", long]);
    clock.micros -= 2 * HOUR_MICROS;
    const [line] = calls();
    assert.deepEqual(
      ["tokens", "valid", "expired", "revoked", "invalid"].map((name) => line?.[name]),
      [5, 2, 1, 0, 2],
    );
    client.close();
    await open.close(0);
  });
});

describe("the log of RevokeTokens", () => {
  it("counts the targets and their outcomes, and tells whether everything was among them", async () => {
    const reporter = keepReports();
    const register = await RevocationAuthority.open({ clock, feedId: "log", reporter });
    const open = createServer({ manager, register, logger, callers: ANYONE });
    const { port } = await open.listen(0, "127.0.0.1");
    const client = createSecureTokenClient({ baseUrl: `http://127.0.0.1:${port}` });
    const { token } = manager.generateToken("u", { expiresInHours: 1 });
    const { token: expired, issuedAt } = manager.generateToken("u", { expiresInHours: 0.1 });
    clock.micros += HOUR_MICROS / 2;
    await client.revokeTokens([
      { token },
      { token: expired },
      { token: "x" },
      { everythingIssuedBefore: issuedAt },
    ]);
    clock.micros -= HOUR_MICROS / 2;
    const [line] = calls();
    assert.deepEqual(
      ["targets", "revoked", "already_expired", "not_authentic", "everything"].map(
        (name) => line?.[name],
      ),
      [4, 2, 1, 1, 1],
    );
    client.close();
    await open.close(0);
    await register.close();
  });
});

describe("two authorization headers", () => {
  const other = generateApiKey();
  const body = '{"token":"x"}';

  it("are refused over HTTP/1.1, whichever is right, and one with two credentials too", async () => {
    const right = `Authorization: Bearer ${KEY}\r\n`;
    const wrong = `authorization: Bearer ${other}\r\n`;
    const types = ["application/json", "application/json; charset=utf-8"];
    for (const type of types) {
      for (const headers of [right + wrong, wrong + right, right + right]) {
        assert.match(await http1(headers, type), /^HTTP\/1.1 401 /, type);
      }
      assert.match(await http1(`Authorization: Bearer ${KEY}, Bearer ${KEY}\r\n`, type), / 401 /);
      assert.match(await http1(right, type), /^HTTP\/1.1 (200|429) /);
    }
  });

  it("are refused over HTTP/2, and one is not", async () => {
    const right = { authorization: `Bearer ${KEY}` };
    const wrong = { authorization: `Bearer ${other}` };
    for (const type of ["application/grpc", "application/json; charset=utf-8"]) {
      for (const [blocks, outcome] of [
        [[right, wrong], "Unauthenticated"],
        [[wrong, right], "Unauthenticated"],
        [[right], "(Ok|ResourceExhausted|InvalidArgument|Unknown)"],
      ] as const) {
        lines.splice(0);
        await http2(blocks, type);
        assert.match(String(calls()[0]?.outcome), new RegExp(`^${outcome}$`), type);
      }
    }
  });

  it("are refused where no credential is needed at all", async () => {
    const open = createServer({ manager, logger, callers: ANYONE });
    const { port } = await open.listen(0, "127.0.0.1");
    const twice = "Authorization: Bearer a\r\nAuthorization: Bearer a\r\n";
    const joined = "Authorization: Bearer a, Bearer a\r\n";
    for (const headers of [twice, joined]) {
      assert.match(await http1(headers, "application/json", port), /^HTTP\/1.1 401 /);
    }
    assert.match(await http1("", "application/json", port), /^HTTP\/1.1 200 /);
    await open.close(0);
  });

  /** Sends one request, and gives the answer's first bytes. */
  function http1(headers: string, type: string, port = Number(new URL(origin).port)) {
    return new Promise<string>((resolve, reject) => {
      const socket = connectTcp(port, "127.0.0.1", () => {
        socket.write(
          `POST ${PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\n${headers}` +
            `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        );
      });
      let answer = "";
      socket.on("data", (chunk) => {
        answer += chunk;
      });
      socket.on("close", () => resolve(answer));
      socket.on("error", reject);
    });
  }

  /** Sends one call with these header blocks after its own, and waits until the log tells of it. */
  async function http2(blocks: readonly Record<string, string>[], type: string): Promise<void> {
    const own = {
      ":method": "POST",
      ":path": PATH,
      ":scheme": "http",
      ":authority": new URL(origin).host,
      "content-type": type,
    };
    const fields = Buffer.concat([own, ...blocks].map(headerBlock));
    const socket = connectTcp(Number(new URL(origin).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.write(
      Buffer.concat([
        PREFACE,
        frame(TYPE.settings, 0, 0, Buffer.alloc(0)),
        frame(TYPE.headers, FLAG.endHeaders, 1, fields),
        frame(TYPE.data, FLAG.endStream, 1, Buffer.from(body)),
      ]),
    );
    while (calls().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
  }
});
