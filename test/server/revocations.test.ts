/** Revocations of real servers: over kill -9, over workers, and over who owns DATA_DIR. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, type ServerProcess, startServer } from "../support/server-process.js";
import { eventually, workerPids } from "../support/worker-lines.js";

const KEY = { SECRET_KEY: "Revocations#Secret2026", SALT: "sixteen bytes..." };
/** How often a process is killed; `KILL_ROUNDS=100` for a long run. */
const KILL_ROUNDS = Number(process.env.KILL_ROUNDS ?? 3);
const running: ServerProcess[] = [];

async function start(env: Record<string, string>): Promise<ServerProcess> {
  const server = await startServer({ ...KEY, ...env });
  running.push(server);
  return server;
}

/** A client with a connection of its own, so that another worker has its turn. */
function connect({ url }: ServerProcess) {
  return createClient(TokenService, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }));
}

type Client = ReturnType<typeof connect>;

async function stateOf(client: Client, token: string): Promise<number> {
  return (await client.introspectToken({ token })).state;
}

const ACTIVE = 1;
const REVOKED = 3;

function revoke(client: Client, token: string) {
  return client.revokeTokens({ targets: [{ target: { case: "token", value: token } }] });
}

/** As many as can be asked about after each of many kills: the latest, and as many of all before them. */
function someOf(tokens: readonly string[]): string[] {
  const earlier = tokens.slice(0, -100);
  const drawn = Array.from({ length: Math.min(100, earlier.length) }, () => {
    return earlier[Math.floor(Math.random() * earlier.length)] as string;
  });
  return [...tokens.slice(-100), ...drawn];
}

async function assertRevoked(server: ServerProcess, tokens: readonly string[]): Promise<void> {
  for (let at = 0; at < tokens.length; at += 100) {
    let client = connect(server);
    const verdictOn = async (token: string): Promise<number> => {
      for (;;) {
        try {
          return await stateOf(client, token);
        } catch {
          // No verdict: the worker has gone, or the machine is busy.
          client = connect(server);
          await pause(20);
        }
      }
    };
    const states = await Promise.all(tokens.slice(at, at + 100).map(verdictOn));
    assert.deepEqual([...new Set(states)], [REVOKED]);
  }
}

/** Whether an answer takes the token that was asked about for a valid one. */
function accepts(answer: object): boolean {
  if ("state" in answer) return answer.state === ACTIVE;
  if (!("results" in answer)) return true;
  const results = answer.results as { result?: { case?: string } }[];
  return results.every(({ result }) => result?.case !== "error");
}

describe("a server's revocations", () => {
  afterEach(async () => {
    for (const server of running.splice(0)) await server.end("SIGKILL");
  });

  for (const [WORKERS, what] of [
    ["1", "a server"],
    ["2", "a primary"],
  ] as const) {
    it(`are in force again after kill -9 of ${what} under load, each that was acknowledged`, async (t) => {
      const DATA_DIR = scratchFolder();
      const revoked: string[] = [];
      for (let round = 0; round < KILL_ROUNDS; round++) {
        const server = await start({ DATA_DIR, WORKERS });
        await assertRevoked(server, someOf(revoked));
        const clients = Array.from({ length: 4 }, () => connect(server));
        const [client] = clients as [Client];
        const issue = async () => (await client.generateToken({ userId: "u" })).token;
        const tokens = await Promise.all(Array.from({ length: 160 }, issue));
        const target = revoked.length + 1 + Math.floor(Math.random() * 120);
        let killed: Promise<unknown> | undefined;
        const work = tokens.map(async (token, i) => {
          await revoke(clients[i % clients.length] as Client, token);
          revoked.push(token);
          if (revoked.length === target) killed = server.end("SIGKILL");
        });
        await Promise.allSettled(work);
        // Where the machine is so busy that calls run out of time, fewer are acknowledged.
        await (killed ?? server.end("SIGKILL"));
      }
      await assertRevoked(await start({ DATA_DIR, WORKERS }), revoked);
      t.diagnostic(
        `${revoked.length} acknowledged, none lost or accepted again, ${KILL_ROUNDS} kills`,
      );
    });
  }

  it("hold in every worker once they are answered, and outlive kill -9 of each process", async () => {
    const DATA_DIR = scratchFolder();
    const server = await start({ DATA_DIR, WORKERS: "2" });
    const clients = Array.from({ length: 4 }, () => connect(server));
    const [one, ...others] = clients as [Client, ...Client[]];
    const tokens: string[] = [];
    for (let i = 0; i < 20; i++) {
      const { token, sessionId } = await one.generateToken({ userId: `user-${i}` });
      for (const client of clients) assert.equal(await stateOf(client, token), ACTIVE);
      await one.revokeTokens({ targets: [{ target: { case: "sessionId", value: sessionId } }] });
      for (const client of others) assert.equal(await stateOf(client, token), REVOKED);
      tokens.push(token);
    }
    await server.end("SIGKILL");
    const again = connect(await start({ DATA_DIR, WORKERS: "2" }));
    for (const token of tokens) assert.equal(await stateOf(again, token), REVOKED);
  });

  it("lose none that was acknowledged when workers are killed under load", async (t) => {
    const server = await start({ DATA_DIR: scratchFolder(), WORKERS: "2" });
    const revoked: string[] = [];
    let target = 0;
    let isOver = false;
    const revokeOn = async () => {
      let client = connect(server);
      while (!isOver) {
        // Some beyond the target are on their way when a worker is killed.
        if (revoked.length >= target + 40) {
          await pause(20);
          continue;
        }
        try {
          const { token } = await client.generateToken({ userId: "u" });
          await client.revokeTokens({ targets: [{ target: { case: "token", value: token } }] });
          revoked.push(token);
        } catch {
          // Its worker has gone: the next connection is another one's.
          client = connect(server);
          await pause(5);
        }
      }
    };
    const work = Array.from({ length: 8 }, revokeOn);
    for (let round = 0; round < KILL_ROUNDS; round++) {
      target = revoked.length + 1 + Math.floor(Math.random() * 40);
      await eventually(() => revoked.length >= target);
      const pids = workerPids(server);
      // The older of the two: one that has just started would be replaced after a while only.
      process.kill(pids.at(-2) as number, "SIGKILL");
      await eventually(() => workerPids(server).length > pids.length);
      await assertRevoked(server, someOf(revoked));
    }
    isOver = true;
    await Promise.all(work);
    await assertRevoked(server, revoked);
    t.diagnostic(
      `${revoked.length} acknowledged, none lost or accepted again, ${KILL_ROUNDS} kills`,
    );
  });

  it("hold for every RPC that reads a token, and for each spelling of it", async () => {
    const client = connect(await start({ DATA_DIR: scratchFolder() }));
    const permissions = ["notes:read"];
    const { token } = await client.generateToken({ userId: "u", permissions });
    const spellings = [token, token.replace(/=+$/, ""), `${token}=`, ` ${token}`, `${token}\n`];
    const readers = TokenService.methods.filter(
      ({ methodKind, input }) =>
        methodKind === "unary" && input.fields.some(({ name }) => /^tokens?$/.test(name)),
    );
    assert.ok(readers.length >= 7);
    const outcomes = async (spelling: string) => {
      const request = {
        token: spelling,
        tokens: [spelling],
        permissions,
        requiredPermission: "notes:read",
      };
      const known = ({ input }: (typeof readers)[number]) =>
        Object.fromEntries(
          Object.entries(request).filter(([name]) =>
            input.fields.some((f) => f.localName === name),
          ),
        );
      const call = async (method: (typeof readers)[number]) => {
        const run = client[method.localName as keyof Client] as (r: object) => Promise<object>;
        return run(known(method)).then(accepts, () => false);
      };
      return Promise.all(readers.map(call));
    };
    assert.ok((await outcomes(token)).every((accepted) => accepted));
    const { token: other } = await client.generateToken({ userId: "u", permissions });
    for (const each of [token, other]) await revoke(client, each);
    for (const spelling of spellings) {
      assert.deepEqual(await outcomes(spelling), Array(readers.length).fill(false));
    }
  });

  it("hold before the answer to a refresh that revokes the old token", async () => {
    const server = await start({ WORKERS: "2" });
    const [one, two] = [connect(server), connect(server)];
    const { token } = await one.generateToken({ userId: "u" });
    const refreshed = await one.refreshToken({ token, revokeOld: true });
    for (const client of [one, two]) {
      assert.equal(await stateOf(client, token), REVOKED);
      assert.equal(await stateOf(client, refreshed.token), ACTIVE);
    }
  });

  it("belong to one server: a second one on the same DATA_DIR ends with 78 and says so", async () => {
    const DATA_DIR = scratchFolder();
    await start({ DATA_DIR });
    for (const WORKERS of ["1", "2"]) {
      const { code, output } = await runCommand(["serve"], {
        ...KEY,
        DATA_DIR,
        WORKERS,
        PORT: "0",
      });
      assert.equal(code, 78);
      assert.match(output, new RegExp(`DATA_DIR ${DATA_DIR} is in use by another server`));
    }
  });

  it("are refused, not forgotten, with REVOCATIONS=off", async () => {
    const client = connect(await start({ REVOCATIONS: "off" }));
    const { token } = await client.generateToken({ userId: "u" });
    const revoked = client.revokeTokens({ targets: [{ target: { case: "token", value: token } }] });
    await assert.rejects(revoked, /needs a server that keeps revocations/);
    assert.equal(await stateOf(client, token), ACTIVE);
  });

  it("are told to end with the process where nothing keeps them", async () => {
    const server = await start({});
    assert.match(server.output(), /revocations are kept in memory, and end with the server/);
  });
});
