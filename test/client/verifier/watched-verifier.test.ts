/** A watched verifier at a real server. What it answers step by step is in test/conformance/cases/watch.json. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import pino from "pino";
import {
  createTokenGuard,
  type VerifierEvent,
  WatchedVerifier,
} from "../../../src/client/middleware/index.js";
import {
  createSecureTokenClient,
  type SecureTokenClient,
  TokenError,
} from "../../../src/client/node.js";
import { SecureTokenManager, systemClock } from "../../../src/core/index.js";
import { createKeyset } from "../../../src/core/keyset.js";
import { RevocationAuthority } from "../../../src/revocation/authority.js";
import { ANYONE } from "../../../src/server/callers/callers.js";
import { createServer } from "../../../src/server/server.js";
import { testKey } from "../../support/fixed-manager.js";
import { keepReports } from "../../support/reports.js";

describe("a watched verifier at a real server", () => {
  let close: () => Promise<unknown>;
  let client: SecureTokenClient;
  before(async () => {
    const clock = systemClock;
    const reporter = keepReports();
    const register = await RevocationAuthority.open({ clock, feedId: "feed", reporter });
    const keyset = createKeyset([await testKey("one")]);
    const manager = new SecureTokenManager(keyset, { clock, revocations: register });
    const logger = pino({ level: "silent" });
    const server = createServer({ manager, register, logger, callers: ANYONE });
    const { port } = await server.listen(0, "127.0.0.1");
    client = createSecureTokenClient({ baseUrl: `127.0.0.1:${port}` });
    close = async () => {
      client.close();
      await server.close(0);
      await register.close();
    };
  });
  after(() => close());

  it("holds its audience against every kept answer, and tells that it refused", async () => {
    const { token } = await client.generateToken("ann", { audiences: ["stock", "orders"] });
    const { token: unnamed } = await client.generateToken("ann");
    const told: string[] = [];
    const verifier = new WatchedVerifier(client, {
      audience: "orders",
      onEvent: (event) => told.push(event.kind === "refused" ? event.reason : event.kind),
    });
    try {
      await until(() => verifier.state.isReady);
      for (let i = 0; i < 2; i++) {
        assert.ok(Object.isFrozen((await verifier.verify(token)).audiences));
        await assert.rejects(verifier.verify(unnamed), { reason: "AUDIENCE_MISMATCH" });
      }
      const refused = "AUDIENCE_MISMATCH";
      assert.deepEqual(told, ["connected", "miss", "miss", refused, "hit", "hit", refused]);
    } finally {
      verifier.close();
    }
  });

  it("applies what is revoked at the server to what it has kept", async () => {
    const events: VerifierEvent[] = [];
    const verifier = new WatchedVerifier(client, { onEvent: (event) => events.push(event) });
    try {
      await until(() => verifier.state.isReady);
      const { token, tokenId } = await client.generateToken("ann", { permissions: ["read"] });
      const claims = await verifier.verify(token, "read");
      assert.equal(claims.tokenId, tokenId);
      assert.equal(await verifier.verify(token), claims);
      assert.ok(Object.isFrozen(claims) && Object.isFrozen(claims.permissions));
      await client.revokeToken(token);
      await until(() => verifier.state.revocations > 0);
      const refused = { name: "InvalidTokenError", reason: "TOKEN_REVOKED", field: "token" };
      await assert.rejects(verifier.verify(token), refused);
      assert.deepEqual(
        events.map((event) => (event.kind === "refused" ? event.reason : event.kind)),
        ["connected", "miss", "hit", "TOKEN_REVOKED"],
      );
    } finally {
      verifier.close();
    }
  });

  it("goes on whatever its hook throws, or rejects with", async () => {
    const { token } = await client.generateToken("ann");
    const lost: unknown[] = [];
    const note = (cause: unknown) => lost.push(cause);
    process.on("unhandledRejection", note);
    const hooks = [
      () => {
        throw new Error("thrown");
      },
      () => Promise.reject(new Error("rejected")),
    ];
    try {
      for (const onEvent of hooks) {
        const verifier = new WatchedVerifier(client, { onEvent });
        await until(() => verifier.state.isReady);
        for (let i = 0; i < 2; i++) assert.equal((await verifier.verify(token)).userId, "ann");
        verifier.close();
      }
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(lost, []);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  it("refuses what was refreshed before a cut-off came, and lets a new session pass", async () => {
    const verifier = new WatchedVerifier(client);
    try {
      await until(() => verifier.state.isReady);
      const first = await client.generateToken("eve");
      const refreshed = await client.refreshToken(first.token);
      await verifier.verify(refreshed.token);
      const { revocations } = verifier.state;
      await client.revokeTokens([{ userId: "eve", issuedBefore: first.issuedAt }]);
      await until(() => verifier.state.revocations > revocations);
      await assert.rejects(verifier.verify(refreshed.token), { reason: "TOKEN_REVOKED" });
      const again = await client.generateToken("eve");
      assert.equal((await verifier.verify(again.token)).userId, "eve");
    } finally {
      verifier.close();
    }
  });

  it("stands in a guard, and ends with it", async () => {
    const guard = createTokenGuard(client, { watch: true });
    const { token } = await client.generateToken("ann", { permissions: ["read"] });
    const header = [`Bearer ${token}`];
    assert.equal((await guard.admit(header, ["read"])).claims?.userId, "ann");
    assert.equal((await guard.admit(header, ["write"])).refusal?.reason, "PERMISSION_MISSING");
    await client.revokeUser("ann");
    await until(async () => (await guard.admit(header, ["read"])).refusal !== undefined);
    assert.equal((await guard.admit(header, ["read"])).refusal?.reason, "TOKEN_INVALID");
    guard.close();
  });

  it("refuses what is no text, and goes on for others, whatever it knows of the feed", async () => {
    const { token } = await client.generateToken("ann");
    const verifier = new WatchedVerifier(client);
    try {
      for (const isReady of [false, true]) {
        assert.equal(verifier.state.isReady, isReady);
        for (const odd of [undefined, null, 5, {}, [token]]) {
          // biome-ignore lint/suspicious/noExplicitAny: what JavaScript lets through.
          await assert.rejects(verifier.verify(odd as any), { reason: "TOKEN_EMPTY" });
        }
        await until(() => verifier.state.isReady);
        assert.equal((await verifier.verify(token)).userId, "ann");
      }
    } finally {
      verifier.close();
    }
  });

  it("refuses a permission that is too long in the server's words", async () => {
    const { token } = await client.generateToken("ann");
    const verifier = new WatchedVerifier(client);
    const longest = "😀".repeat(128);
    const told = await client.checkPermission(token, `${longest}x`).catch((error) => error);
    assert.ok(told instanceof TokenError);
    const { name, message, reason, field } = told;
    await assert.rejects(verifier.verify(token, `${longest}x`), { name, message, reason, field });
    await assert.rejects(verifier.verify(token, longest), { reason: "PERMISSION_NOT_GRANTED" });
    verifier.close();
  });

  it("asks about single tokens where batches are refused", async () => {
    const asked: string[] = [];
    const verifier = new WatchedVerifier({
      validateToken: (token) => {
        asked.push("one");
        return client.validateToken(token);
      },
      batchValidateTokens: () => {
        asked.push("many");
        throw new ConnectError("not for you", Code.PermissionDenied);
      },
      watchRevocations: (cursor, options) => client.watchRevocations(cursor, options),
    });
    try {
      const issued = await Promise.all(["a", "b", "c"].map((user) => client.generateToken(user)));
      const verified = await Promise.all(issued.map(({ token }) => verifier.verify(token)));
      assert.deepEqual(
        verified.map(({ userId }) => userId),
        ["a", "b", "c"],
      );
      assert.deepEqual(asked, ["one", "many", "one", "one"]);
    } finally {
      verifier.close();
    }
  });

  it("keeps within its bound of memory", async () => {
    const verifier = new WatchedVerifier(client, { maxBytes: 1024 * 1024 });
    try {
      const permissions = Array.from({ length: 64 }, (_, i) => `permission-number-${i}`);
      const { token } = await client.generateToken("ann", { permissions });
      await verifier.verify(token);
      const { bytes } = verifier.state;
      assert.ok(bytes > 2 * permissions.join().length, `${bytes} bytes are counted`);
      for (let first = 0; first < 400; first += 20) {
        const some = Array.from({ length: 20 }, async (_, i) => {
          const issued = await client.generateToken(`user-${first + i}`, { permissions });
          await verifier.verify(issued.token);
        });
        await Promise.all(some);
      }
      const { entries, bytes: kept } = verifier.state;
      assert.ok(kept <= 1024 * 1024 && entries < 401, `${entries} answers take ${kept} bytes`);
    } finally {
      verifier.close();
    }
  });

  it("refuses options that are none, and two ways of keeping answers", () => {
    const wrong: [object, RegExp][] = [
      [{ maxStalenessMs: 999 }, /maxStalenessMs must be 1,000 to 300,000/],
      [{ maxStalenessMs: Number.NaN }, /maxStalenessMs/],
      [{ maxEntries: 0 }, /maxEntries must be a whole number from 1/],
      [{ maxBytes: 1000 }, /maxBytes must be a whole number, at least 1,048,576/],
      [{ maxStaleness: 5 }, /has no option "maxStaleness"/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => new WatchedVerifier(client, options), { name: "TypeError", message });
    }
    assert.throws(() => new WatchedVerifier({} as never), { name: "TypeError" });
    const cache = { ttlMs: 1000, maxEntries: 10 };
    assert.throws(() => createTokenGuard(client, { watch: true, cache }), /not both/);
  });
});

async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 5));
}
