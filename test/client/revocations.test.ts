/** Revocation through the client: outcomes, what is listed, and the feed. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pino from "pino";
import { createSecureTokenClient as createGrpcJsClient } from "../../src/client/grpc-js.js";
import {
  createSecureTokenClient,
  type RevocationEvent,
  type RevocationTarget,
  type SecureTokenClient,
} from "../../src/client/node.js";
import { SecureTokenManager } from "../../src/core/index.js";
import { createKeyset } from "../../src/core/keyset.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { ANYONE } from "../../src/server/callers/callers.js";
import { createServer } from "../../src/server/server.js";
import { movableClock, testKey } from "../support/fixed-manager.js";
import { keepReports } from "../support/reports.js";

const clients = {
  node: (address: string) => createSecureTokenClient({ baseUrl: address }),
  "node, Connect": (address: string) =>
    createSecureTokenClient({ baseUrl: address, protocol: "connect", useBinaryFormat: false }),
  "grpc-js": (address: string) => createGrpcJsClient({ address }),
};

for (const [name, connect] of Object.entries(clients)) {
  describe(`revocation: ${name}`, () => {
    const clock = movableClock();
    let close: () => Promise<unknown>;
    let client: SecureTokenClient;
    before(async () => {
      const register = await RevocationAuthority.open({
        clock,
        feedId: "feed",
        reporter: keepReports(),
      });
      const keyset = createKeyset([await testKey("one")]);
      const manager = new SecureTokenManager(keyset, { clock, revocations: register });
      const server = createServer({
        manager,
        register,
        logger: pino({ level: "silent" }),
        callers: ANYONE,
      });
      const { port } = await server.listen(0, "127.0.0.1");
      client = connect(`127.0.0.1:${port}`);
      close = async () => {
        client.close();
        await server.close(0);
        await register.close();
      };
    });
    after(() => close());

    it("takes back a token, a session and a user", async () => {
      const [one, two, three] = await Promise.all(
        ["a", "b", "c"].map((user) => client.generateToken(user)),
      );
      assert.equal(await client.revokeToken(one?.token as string, { reason: "lost" }), "REVOKED");
      assert.equal(await client.revokeSession(two?.sessionId as string), "REVOKED");
      assert.equal(await client.revokeUser("c"), "REVOKED");
      for (const made of [one, two, three]) {
        const call = client.validateToken(made?.token as string);
        await assert.rejects(call, { name: "InvalidTokenError", reason: "TOKEN_REVOKED" });
      }
      assert.equal(await client.revokeToken("no token"), "NOT_AUTHENTIC");
      const { revocations } = await client.listRevocations({ tokenId: one?.tokenId });
      assert.deepEqual(
        revocations.map(({ tokenId, reason }) => [tokenId, reason]),
        [[one?.tokenId, "lost"]],
      );
    });

    it("takes back a session by its start, refreshed before the cut-off comes or after it", async () => {
      const first = await client.generateToken("f");
      clock.micros += 1000;
      // Refreshed while the cut-off is on its way: issued later than it, in a session of before it.
      const refreshed = await client.refreshToken(first.token);
      assert.equal(
        String((await client.validateToken(refreshed.token)).sessionStartedAt),
        String(first.issuedAt),
      );
      const target = { userId: "f", issuedBefore: first.issuedAt };
      assert.deepEqual(await client.revokeTokens([target]), ["REVOKED"]);
      for (const { token } of [first, refreshed]) {
        const refusal = { name: "InvalidTokenError", reason: "TOKEN_REVOKED" };
        await assert.rejects(client.validateToken(token), refusal);
        await assert.rejects(client.refreshToken(token), refusal);
      }
      const again = await client.generateToken("f");
      assert.equal((await client.validateToken(again.token)).userId, "f");
      const kept = await client.refreshToken(again.token);
      assert.equal((await client.validateToken(kept.token)).userId, "f");
    });

    it("takes instants of answers and dates", async () => {
      const made = await client.generateToken("d");
      const targets: RevocationTarget[] = [
        { userId: "d", issuedBefore: new Date(made.issuedAt.toDate().getTime() - 1) },
        { tokenId: made.tokenId, expiresAt: made.expiresAt },
      ];
      assert.deepEqual(await client.revokeTokens(targets.slice(0, 1)), ["REVOKED"]);
      assert.equal((await client.validateToken(made.token)).userId, "d");
      assert.deepEqual(await client.revokeTokens(targets.slice(1)), ["REVOKED"]);
      const { revocations } = await client.listRevocations({ tokenId: made.tokenId });
      assert.equal(String(revocations[0]?.expiresAt), String(made.expiresAt));
    });

    it("refuses what is no target, and an option that does not exist", async () => {
      for (const wrong of [{}, { tokenId: 1 }, { user: "a" }]) {
        const call = client.revokeTokens([{ sessionId: "s" }, wrong as never]);
        await assert.rejects(call, { name: "TokenError", field: "targets[1]" });
      }
      await assert.rejects(client.revokeUser("a", { resaon: "x" } as never), /no option "resaon"/);
      await assert.rejects(client.listRevocations({ user: "a" } as never), /no option "user"/);
    });

    it("watches: what is in force, each change, and checkpoints to go on from", async () => {
      const leave = new AbortController();
      const seen: RevocationEvent[] = [];
      let sessionId = "";
      for await (const event of client.watchRevocations("", { signal: leave.signal })) {
        seen.push(event);
        if (event.kind === "checkpoint" && sessionId === "") {
          ({ sessionId } = await client.generateToken("e"));
          await client.revokeSession(sessionId);
        }
        if (event.kind === "changes") break;
      }
      leave.abort();
      const [first] = seen;
      assert.ok(first?.kind === "snapshot" && first.first && first.last);
      const change = seen.at(-1);
      assert.ok(change?.kind === "changes");
      assert.equal(change.revocations.at(-1)?.sessionId, sessionId);
      const checkpoint = seen.find(({ kind }) => kind === "checkpoint");
      assert.ok(checkpoint?.kind === "checkpoint" && checkpoint.keyIds.length === 1);
      for await (const event of client.watchRevocations(checkpoint.cursor)) {
        assert.equal(event.kind, "changes", "the feed begins anew");
        break;
      }
    });
  });
}
