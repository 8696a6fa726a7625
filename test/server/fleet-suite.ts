/** Servers that share a log: one suite for every engine, over real servers and a real engine. */
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { ErrorInfoSchema, RetryInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import { TokenErrorDetailSchema } from "../../gen/ts/src/securetoken/v1/error_pb.js";
import { TokenService, TokenState } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { FleetEngine } from "../support/fleet-engine.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { type ServerProcess, startServer } from "../support/server-process.js";
import { eventually } from "../support/worker-lines.js";

/** How often the log is killed; `KILL_ROUNDS=100` for a long run. */
const KILL_ROUNDS = Number(process.env.KILL_ROUNDS ?? 3);
/** After how many of the kills a server that has never been there before is asked as well. */
const FRESH_EVERY = 10;
const KEY = { SECRET_KEY: "Fleet#Secret2026", SALT: "sixteen bytes..." };

function connect({ url }: ServerProcess) {
  return createClient(TokenService, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }));
}

type Client = ReturnType<typeof connect>;

/** Issues tokens and revokes them, each by itself. */
async function issueAndRevoke(client: Client, count: number): Promise<string[]> {
  const issue = async () => (await client.generateToken({ userId: "u" })).token;
  const tokens = await Promise.all(Array.from({ length: count }, issue));
  await Promise.all(tokens.map((token) => revoke(client, token)));
  return tokens;
}

function revoke(client: Client, token: string) {
  return client.revokeTokens({ targets: [{ target: { case: "token", value: token } }] });
}

async function stateOf(client: Client, token: string): Promise<TokenState> {
  return (await client.introspectToken({ token })).state;
}

async function areRevoked(client: Client, tokens: readonly string[]): Promise<boolean> {
  const states = await Promise.all(tokens.map((token) => stateOf(client, token)));
  return states.every((state) => state === TokenState.REVOKED);
}

/** The same, once the server is fresh enough for a verdict on each. */
async function areFoundRevoked(client: Client, tokens: readonly string[]): Promise<boolean> {
  for (;;) {
    try {
      return await areRevoked(client, tokens);
    } catch (error) {
      if (ConnectError.from(error).code !== Code.Unavailable) throw error;
      await pause(20);
    }
  }
}

/** Whether a call is refused as unavailable for this reason, and is no fact about a token. */
async function isUnavailable(call: Promise<unknown>, reason: string): Promise<boolean> {
  const error = ConnectError.from(await call.then(() => undefined).catch((cause) => cause));
  if (error.code !== Code.Unavailable) return false;
  const [info] = error.findDetails(ErrorInfoSchema);
  assert.equal(info?.reason, `CALLER_ERROR_REASON_${reason}`);
  assert.equal(error.findDetails(RetryInfoSchema).length, 1);
  assert.equal(error.findDetails(TokenErrorDetailSchema).length, 0);
  return true;
}

/** Registers the suite. */
export function fleetSuite(
  name: string,
  startEngine: () => Promise<FleetEngine>,
  skip: string | false,
): void {
  describe(`servers that share a log in ${name}`, { skip }, () => {
    let engine: FleetEngine;
    const running: ServerProcess[] = [];
    const start = async (env: Record<string, string> = {}) => {
      const server = await startServer({ ...KEY, REVOCATION_LOG: engine.url, ...env });
      running.push(server);
      return server;
    };
    before(async () => {
      engine = await startEngine();
    });
    after(() => engine.close());
    afterEach(async () => {
      for (const server of running.splice(0)) await server.end("SIGKILL");
    });

    it("refuse on each what is revoked on one", async () => {
      const clients = (await Promise.all([start(), start({ WORKERS: "2" }), start()])).map(connect);
      for (const client of clients) {
        const tokens = await issueAndRevoke(client, 20);
        for (const other of clients) await eventually(() => areRevoked(other, tokens));
      }
    });

    it("refuse on each what one refreshed while another cut its user off", async () => {
      const clients = (await Promise.all([start(), start()])).map(connect);
      const [one, other] = clients as [Client, Client];
      const refreshed: string[] = [];
      for (const userId of ["a", "b", "c", "d", "e"]) {
        const { token, issuedAt: issuedBefore } = await one.generateToken({ userId });
        const value = { userId, issuedBefore };
        // The cut-off may be known to the other server or on its way; the new token is issued after it.
        const [answer] = await Promise.all([
          other.refreshToken({ token }).catch(() => undefined),
          one.revokeTokens({ targets: [{ target: { case: "user", value } }] }),
        ]);
        if (answer) refreshed.push(answer.token);
        const again = await one.generateToken({ userId });
        const kept = await one.refreshToken({ token: again.token });
        for (const live of [again.token, kept.token]) {
          assert.equal(await stateOf(one, live), TokenState.ACTIVE);
        }
        await eventually(() => areRevoked(other, [token]));
        assert.equal(await stateOf(other, kept.token), TokenState.ACTIVE);
      }
      for (const client of clients) assert.ok(await areRevoked(client, refreshed));
    });

    it("know all that is revoked before they listen, without a DATA_DIR", async () => {
      const tokens = await issueAndRevoke(connect(await start()), 20);
      for (const server of running.splice(0)) await server.end("SIGKILL");
      assert.ok(await areRevoked(connect(await start()), tokens));
    });

    it("refuse to vouch once they are not fresh, and go on without a restart", async () => {
      const client = connect(await start({ REVOCATION_MAX_STALENESS: "1" }));
      const [token = ""] = await issueAndRevoke(client, 1);
      const live = (await client.generateToken({ userId: "u" })).token;
      await engine.process.end("SIGKILL");
      const stale = (call: Promise<unknown>) => isUnavailable(call, "REVOCATIONS_STALE");
      await eventually(() => stale(client.validateToken({ token: live })));
      assert.ok(await stale(client.introspectToken({ token })));
      assert.ok(await stale(client.refreshToken({ token: live })));
      assert.ok(await stale(client.batchValidateTokens({ tokens: [live] })));
      await engine.process.start();
      await eventually(async () => !(await stale(client.validateToken({ token: live }))));
      assert.equal(await stateOf(client, token), TokenState.REVOKED);
      assert.equal(await stateOf(client, live), TokenState.ACTIVE);
    });

    it("lose nothing that was acknowledged when the log is killed under load", async (t) => {
      const client = connect(await start());
      const acknowledged: string[] = [];
      const revokeUntil = async (isOver: () => boolean) => {
        while (!isOver()) {
          const issued = await client.generateToken({ userId: "u" });
          const answer = await revoke(client, issued.token).catch(() => undefined);
          if (answer !== undefined) acknowledged.push(issued.token);
          else await pause(5);
        }
      };
      for (let round = 0; round < KILL_ROUNDS; round++) {
        const target = acknowledged.length + 1 + Math.floor(Math.random() * 40);
        let isOver = false;
        const work = Array.from({ length: 8 }, () => revokeUntil(() => isOver));
        await eventually(() => acknowledged.length >= target);
        await engine.process.end("SIGKILL");
        await engine.process.start();
        isOver = true;
        await Promise.all(work);
        // Whoever goes on accepts none of them again.
        assert.ok(await areFoundRevoked(client, acknowledged.slice(-100)), "accepted again");
        if (round % FRESH_EVERY === FRESH_EVERY - 1) await assertLogged(acknowledged.slice(-500));
      }
      await assertLogged(acknowledged);
      t.diagnostic(
        `${acknowledged.length} acknowledged, none lost or accepted again, ${KILL_ROUNDS} kills`,
      );

      /** Asks a server that knows nothing but what the log holds. */
      async function assertLogged(tokens: readonly string[]): Promise<void> {
        const server = await start();
        const fresh = connect(server);
        for (let at = 0; at < tokens.length; at += 100) {
          assert.ok(await areFoundRevoked(fresh, tokens.slice(at, at + 100)), "lost");
        }
        await server.end("SIGKILL");
      }
    });

    it("refuse to vouch when the log hangs, too", async () => {
      const client = connect(await start({ REVOCATION_MAX_STALENESS: "1" }));
      const { token } = await client.generateToken({ userId: "u" });
      engine.proxy.stall();
      const stale = () => isUnavailable(client.validateToken({ token }), "REVOCATIONS_STALE");
      await eventually(stale);
      engine.proxy.resume();
      await eventually(async () => !(await stale()));
    });

    it("acknowledge nothing while the log is away, and vouch within the bound", async () => {
      const client = connect(await start({ DATA_DIR: scratchFolder() }));
      const { token } = await client.generateToken({ userId: "u" });
      await engine.process.end("SIGKILL");
      assert.ok(await isUnavailable(revoke(client, token), "REVOCATION_NOT_STORED"));
      assert.equal(await stateOf(client, token), TokenState.ACTIVE);
      await engine.process.start();
      await eventually(
        async () => (await revoke(client, token).catch(() => undefined)) !== undefined,
      );
      assert.equal(await stateOf(client, token), TokenState.REVOKED);
    });

    it("start while the log is away: with a DATA_DIR without it, else once it is back", async () => {
      const tokens = await issueAndRevoke(connect(await start()), 1);
      for (const server of running.splice(0)) await server.end("SIGKILL");
      await engine.process.end("SIGKILL");
      // Refused at once, not by silence.
      const env = { REVOCATION_LOG: engine.direct };
      const client = connect(await start({ ...env, DATA_DIR: scratchFolder() }));
      const [token = ""] = tokens;
      assert.ok(await isUnavailable(client.validateToken({ token }), "REVOCATIONS_STALE"));
      let listens = false;
      const waiting = start(env).finally(() => {
        listens = true;
      });
      await pause(1_000);
      assert.equal(listens, false);
      await engine.process.start();
      for (const each of [client, connect(await waiting)]) {
        assert.ok(await areFoundRevoked(each, tokens));
      }
    });

    it("acknowledge by DATA_DIR alone where they may, and tell the others later", async () => {
      const env = { DATA_DIR: scratchFolder(), REVOCATION_LOG_REQUIRED: "off" };
      const [one, other] = [connect(await start(env)), connect(await start())];
      const { token } = await one.generateToken({ userId: "u" });
      await engine.process.end("SIGKILL");
      await revoke(one, token);
      assert.equal(await stateOf(one, token), TokenState.REVOKED);
      await engine.process.start();
      await eventually(() => areRevoked(other, [token]));
    });

    it("fill a wiped log again, and resurrect nothing", async () => {
      const kept = await start({ DATA_DIR: scratchFolder() });
      const tokens = await issueAndRevoke(connect(kept), 20);
      await engine.wipe();
      await eventually(() => /replaced or trimmed/.test(kept.output()));
      assert.ok(await areRevoked(connect(kept), tokens));
      await eventually(async () => {
        const fresh = await start();
        const knows = await areRevoked(connect(fresh), tokens);
        await fresh.end("SIGKILL");
        return knows;
      });
    });

    it("learn from the log what a restored DATA_DIR lacks", async () => {
      const [DATA_DIR, yesterday] = [scratchFolder(), scratchFolder()];
      const first = await start({ DATA_DIR });
      await issueAndRevoke(connect(first), 1);
      await first.end();
      cpSync(DATA_DIR, yesterday, { recursive: true });
      const second = await start({ DATA_DIR });
      const tokens = await issueAndRevoke(connect(second), 20);
      await second.end("SIGKILL");
      const restored = connect(await start({ DATA_DIR: yesterday }));
      // Until the log has been read, nothing is vouched for.
      await eventually(async () => {
        const call = restored.validateToken({ token: tokens[0] as string });
        return !(await isUnavailable(call, "REVOCATIONS_STALE"));
      });
      assert.ok(await areRevoked(restored, tokens));
    });

    it("take what DATA_DIR holds into a log that never had it", async () => {
      const DATA_DIR = scratchFolder();
      const alone = await start({ DATA_DIR, REVOCATION_LOG: "" });
      const tokens = await issueAndRevoke(connect(alone), 20);
      await alone.end();
      await start({ DATA_DIR });
      const stateless = connect(await start());
      await eventually(() => areRevoked(stateless, tokens));
    });

    it("name the log in no line with its password", async () => {
      const server = await start();
      assert.match(server.output(), /revocation log is followed/);
      assert.doesNotMatch(server.output(), /fleet-password/);
    });
  });
}
