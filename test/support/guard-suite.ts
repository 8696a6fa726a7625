/** One suite for every interceptor and middleware, with a real token service behind them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Interceptor } from "@connectrpc/connect";
import {
  createTokenGuard,
  type Requirement,
  type TokenGuard,
  WatchedVerifier,
} from "../../src/client/middleware/index.js";
import { createSecureTokenClient, type SecureTokenClient } from "../../src/client/node.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { createTokenServiceStandIn } from "../../src/testing/index.js";
import { UNREACHABLE_URL } from "./http-server.js";
import { type ProductServer, startProductServer } from "./product-server.js";
import { createTestService } from "./token-service.js";

/** The longest bound of a verifier: no pause of the machine makes it stale. */
const LONGEST_STALENESS_MS = 300_000;

/** What a protected server offers, by what it requires; no rule names the last. */
export type Endpoint = "read" | "either" | "any" | "optional" | "open" | "unnamed";

/** A server that a guard protects. */
export interface ProtectedServer {
  /**
   * Sends these authorization headers. Gives the user that the handler saw, "nobody" where it saw none, or
   * the refusal that came back.
   */
  ask(endpoint: Endpoint, authorization: readonly string[]): Promise<string>;
  close(): Promise<unknown>;
}

/** Starts a server behind a guard. */
export type StartProtected = (guard: TokenGuard) => Promise<ProtectedServer>;

/** The policy of the endpoints, by the name that a server gives them. */
export function policyOf(
  names: Record<Exclude<Endpoint, "unnamed">, string[]>,
): Record<string, Requirement> {
  const requirements = {
    read: ["notes:read"],
    either: { anyOf: ["notes:read", "notes:write"] },
    any: "anyValidToken",
    optional: "optional",
    open: "open",
  } as const;
  return Object.fromEntries(
    Object.entries(names).flatMap(([endpoint, all]) =>
      all.map((name) => [name, requirements[endpoint as keyof typeof names]]),
    ),
  );
}

/** A token service, tokens of every kind, and a client that counts its calls. */
export interface GuardFixture {
  readonly server: ProductServer;
  readonly client: SecureTokenClient;
  readonly calls: () => number;
  readonly tokens: Record<"reader" | "writer" | "expired" | "revoked" | "forged", string>;
  /** Moves the token service's clock. */
  readonly advanceHours: (hours: number) => void;
  close(): Promise<unknown>;
}

/** Starts a token service of its own. */
export async function startGuardFixture(): Promise<GuardFixture> {
  const service = await createTestService();
  const expired = await service.seal({ permissions: ["notes:read"] });
  service.clock.advanceHours(2);
  const revoked = service.manager.generateToken("ada", { permissions: ["notes:read"] });
  service.revoked.add(revoked.tokenId);
  const reader = await service.seal({ permissions: ["notes:read"] });
  const forged = `${reader.slice(0, 40)}${reader[40] === "A" ? "B" : "A"}${reader.slice(41)}`;
  const server = await startProductServer(service.manager);
  let calls = 0;
  const count: Interceptor = (next) => (request) => {
    calls++;
    return next(request);
  };
  const client = createSecureTokenClient({ baseUrl: server.origin, interceptors: [count] });
  return {
    server,
    client,
    calls: () => calls,
    tokens: {
      reader,
      writer: await service.seal({ permissions: ["notes:write"] }),
      expired,
      revoked: revoked.token,
      forged,
    },
    advanceHours: (hours) => service.clock.advanceHours(hours),
    close() {
      client.close();
      return server.close();
    },
  };
}

/** Runs the cases against one kind of server. */
export function guardSuite(name: string, start: StartProtected): void {
  describe(name, () => {
    let fixture: GuardFixture;
    let server: ProtectedServer;
    before(async () => {
      fixture = await startGuardFixture();
      server = await start(createTokenGuard(fixture.client));
    });
    after(async () => {
      await server.close();
      await fixture.close();
    });

    const cases: [string, Endpoint, (tokens: GuardFixture["tokens"]) => string[], string][] = [
      ["the permission", "read", ({ reader }) => [`Bearer ${reader}`], "ada"],
      ["a scheme in other letters", "read", ({ reader }) => [`bEARER  ${reader}`], "ada"],
      ["another permission", "read", ({ writer }) => [`Bearer ${writer}`], "scope missing"],
      ["one of two permissions", "either", ({ writer }) => [`Bearer ${writer}`], "ada"],
      ["any valid token", "any", ({ writer }) => [`Bearer ${writer}`], "ada"],
      ["no token", "read", () => [], "no token"],
      ["no token, any required", "any", () => [], "no token"],
      ["another scheme", "read", ({ reader }) => [`Basic ${reader}`], "no token"],
      ["no scheme", "read", ({ reader }) => [reader], "no token"],
      ["a scheme that runs on", "read", () => ["Bearerx"], "no token"],
      ["an empty token", "read", () => ["Bearer"], "invalid token"],
      ["no text of a token", "read", () => ["Bearer a b"], "invalid token"],
      ["a forged token", "read", ({ forged }) => [`Bearer ${forged}`], "invalid token"],
      ["an expired token", "any", ({ expired }) => [`Bearer ${expired}`], "expired token"],
      ["a revoked token", "any", ({ revoked }) => [`Bearer ${revoked}`], "invalid token"],
      ["a token too long", "any", () => [`Bearer ${"a".repeat(8193)}`], "invalid token"],
      ["two joined", "any", (t) => [`Bearer ${t.reader}, Bearer ${t.reader}`], "invalid token"],
      ["optional, no token", "optional", () => [], "nobody"],
      ["optional, a token", "optional", ({ writer }) => [`Bearer ${writer}`], "ada"],
      ["optional, a forged one", "optional", ({ forged }) => [`Bearer ${forged}`], "invalid token"],
      ["open, no token", "open", () => [], "nobody"],
      ["open, a forged token", "open", ({ forged }) => [`Bearer ${forged}`], "nobody"],
      ["not in the policy", "unnamed", ({ reader }) => [`Bearer ${reader}`], "permission missing"],
      ["not in the policy, no token", "unnamed", () => [], "permission missing"],
    ];
    for (const [title, endpoint, authorization, outcome] of cases) {
      it(`${title}: ${outcome}`, async () => {
        assert.equal(await server.ask(endpoint, authorization(fixture.tokens)), outcome);
      });
    }

    it("refuses what cannot be checked, and lets pass what is open", async (t) => {
      const client = createSecureTokenClient({
        baseUrl: UNREACHABLE_URL,
        defaultTimeoutMs: 200,
      });
      const down = await start(createTokenGuard(client));
      t.after(() => down.close());
      const authorization = [`Bearer ${fixture.tokens.reader}`];
      assert.equal(await down.ask("read", authorization), "unavailable");
      assert.equal(await down.ask("any", authorization), "unavailable");
      assert.equal(await down.ask("read", []), "no token");
      assert.equal(await down.ask("open", []), "nobody");
    });

    it("watches: asks once, refuses what the feed tells of, and passes nothing beyond the bound", async (t) => {
      const service = await createTokenServiceStandIn();
      const { client, clock } = service;
      let ends = 0;
      const verifier = new WatchedVerifier(client, {
        clock,
        maxStalenessMs: LONGEST_STALENESS_MS,
        onEvent: ({ kind }) => {
          if (kind === "disconnected") ends++;
        },
      });
      const watching = await start(createTokenGuard(client, { watch: verifier }));
      t.after(async () => {
        verifier.close();
        await watching.close();
        await service.close();
      });
      const [ada, bob] = ["ada", "bob"].map((user) => [
        `Bearer ${service.issue(user, ["notes:read"])}`,
      ]) as [string[], string[]];
      const asked = () => service.calls.filter((rpc) => rpc !== "WatchRevocations").length;
      await until(() => verifier.state.isReady);
      for (let round = 0; round < 2; round++) {
        assert.equal(await watching.ask("read", ada), "ada");
        assert.equal(await watching.ask("read", bob), "bob");
      }
      assert.equal(asked(), 2);
      await service.revokeUser("ada");
      await until(() => verifier.state.revocations === 1);
      assert.equal(await watching.ask("read", ada), "invalid token");
      service.goAway();
      assert.equal(await watching.ask("read", bob), "bob");
      assert.equal(asked(), 2);
      // What is on its way when the clock moves would be taken for fresh.
      await until(() => ends > 0);
      service.advance(LONGEST_STALENESS_MS + 1);
      assert.equal(await watching.ask("read", bob), "unavailable");
      service.comeBack();
      await until(() => (verifier.state.stalenessMs ?? Infinity) < LONGEST_STALENESS_MS);
      assert.equal(await watching.ask("read", bob), "bob");
      assert.equal(await watching.ask("read", ada), "invalid token");
    });

    it("refuses everybody while the token service refuses the guard's own credential", async (t) => {
      const strict = await startProductServer(
        (await createTestService()).manager,
        new KnownCallers([], () => false),
      );
      const client = createSecureTokenClient({ baseUrl: strict.origin, apiKey: "stk_unknown" });
      const faults: unknown[] = [];
      const refused = await start(
        createTokenGuard(client, { onFault: (error) => faults.push(error) }),
      );
      t.after(async () => {
        await refused.close();
        client.close();
        await strict.close();
      });
      const outcome = await refused.ask("any", [`Bearer ${fixture.tokens.reader}`]);
      assert.equal(outcome, "unavailable");
      assert.ok(faults.length > 0);
    });
  });
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 5));
}
