/** What a thief of a token or of a caller's key gets from revocation: nothing, and nothing once the theft is known. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  Code,
  ConnectError,
  createClient,
  type Interceptor,
  type Transport,
} from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import pino from "pino";
import { Health } from "../../gen/ts/src/health/v1/health_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { type SecureTokenManager, systemClock } from "../../src/core/index.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { createServer, type Server } from "../../src/server/server.js";
import { fixedManager } from "../support/fixed-manager.js";
import { keepReports } from "../support/reports.js";

const KEY = generateApiKey();
const ROW = {
  name: "app",
  api_keys: [{ sha256: digestApiKey(KEY) }],
  rpcs: ["RevokeTokens", "ListRevocations", "WatchRevocations"],
};
const rowsOf = (...callers: object[]) => parseCallers(JSON.stringify({ callers }));

let register: RevocationAuthority;
let manager: SecureTokenManager;
let callers: KnownCallers;
let server: Server;
let baseUrl: string;
before(async () => {
  register = await RevocationAuthority.open({
    clock: systemClock,
    feedId: "thieves",
    reporter: keepReports(),
  });
  manager = await fixedManager({ clock: systemClock, revocations: register });
  const isAuthentic = (text: string) => manager.introspectToken(text).state !== "INVALID";
  callers = new KnownCallers(rowsOf(ROW), isAuthentic);
  const logger = pino({ level: "silent" });
  server = createServer({ manager, register, callers, logger });
  const { port } = await server.listen(0, "127.0.0.1");
  baseUrl = `http://127.0.0.1:${port}`;
});
after(() => server.close(0));

const TRANSPORTS: Record<string, (interceptors: Interceptor[]) => Transport> = {
  gRPC: (interceptors) => createGrpcTransport({ baseUrl, interceptors }),
  "Connect over HTTP/1.1": (interceptors) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1", interceptors }),
};

/** A transport that shows a bearer. */
function as(bearer: string, protocol = "gRPC"): Transport {
  const show: Interceptor = (next) => (request) => {
    request.header.set("authorization", `Bearer ${bearer}`);
    return next(request);
  };
  return (TRANSPORTS[protocol] as (typeof TRANSPORTS)[string])([show]);
}

/** The code of what is refused, or `ok`. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "ok",
    (error) => Code[ConnectError.from(error).code] as string,
  );
}

describe("a caller that is revoked", () => {
  for (const protocol of Object.keys(TRANSPORTS)) {
    it(`learns of no further revocation on a stream that is open, over ${protocol}`, async () => {
      callers.replace(rowsOf(ROW));
      const watch = createClient(TokenService, as(KEY, protocol)).watchRevocations({});
      const events = watch[Symbol.asyncIterator]();
      const first = await events.next();
      assert.equal(first.done, false);
      callers.replace(rowsOf({ ...ROW, api_keys: [{ sha256: digestApiKey(generateApiKey()) }] }));
      const { token } = manager.generateToken("victim");
      await register.revoke(
        manager.planRevocations([{ token }], "secret").flatMap((one) => one.revocation ?? []),
      );
      const told: string[] = [];
      let error: unknown;
      try {
        for (let event = await events.next(); !event.done; event = await events.next()) {
          told.push(event.value.event.case ?? "");
        }
      } catch (reason) {
        error = reason;
      }
      assert.equal(ConnectError.from(error).code, Code.PermissionDenied);
      // What was on its way before the row was gone may still come; what came behind may not.
      assert.ok(!told.includes("changes"), told.join());
    });
  }

  it("sees no part of the server's health on a stream that is open", async () => {
    callers.replace(rowsOf(ROW));
    server.setHealth("callers_file", true);
    const watch = createClient(Health, as(KEY)).watch({ service: "callers_file" });
    const events = watch[Symbol.asyncIterator]();
    const SERVICE_UNKNOWN = 3;
    const SERVING = 1;
    assert.equal((await events.next()).value?.status, SERVING);
    callers.replace(rowsOf({ ...ROW, api_keys: [{ sha256: digestApiKey(generateApiKey()) }] }));
    server.setHealth("callers_file", false);
    assert.equal((await events.next()).value?.status, SERVICE_UNKNOWN);
    await events.return?.();
  });
});

describe("whoever holds a token", () => {
  it("revokes itself and its session, and nothing else", async () => {
    callers.replace(rowsOf(ROW));
    const other = manager.generateToken("victim");
    const own = manager.generateToken("thief");
    const service = createClient(TokenService, as(own.token));
    const issuedBefore = { seconds: 1n };
    for (const target of [
      { case: "token", value: other.token },
      { case: "tokenId", value: { tokenId: other.tokenId } },
      { case: "sessionId", value: other.sessionId },
      { case: "user", value: { userId: "victim" } },
      { case: "user", value: { userId: "thief" } },
      { case: "everythingIssuedBefore", value: issuedBefore },
    ] as const) {
      const targets = [{ target: { case: "token" as const, value: own.token } }, { target }];
      assert.equal(await outcomeOf(service.revokeTokens({ targets })), "PermissionDenied");
    }
    assert.equal(manager.introspectToken(other.token).state, "ACTIVE");
    assert.equal(manager.introspectToken(own.token).state, "ACTIVE", "a refused call does nothing");
    assert.equal(await outcomeOf(service.listRevocations({})), "PermissionDenied");
    const watching = service.watchRevocations({})[Symbol.asyncIterator]().next();
    assert.equal(await outcomeOf(watching), "PermissionDenied");
  });

  it("ends with its session: no token of it is refreshed, by whatever chain it was made", async () => {
    callers.replace(rowsOf(ROW));
    const first = manager.generateToken("victim");
    const chain = [first.token];
    for (let i = 0; i < 3; i++) {
      const holder = createClient(TokenService, as(chain.at(-1) as string));
      chain.push((await holder.refreshToken({ token: chain.at(-1) as string })).token);
    }
    const owner = createClient(TokenService, as(KEY));
    const target = { case: "sessionId" as const, value: first.sessionId };
    await owner.revokeTokens({ targets: [{ target }] });
    for (const token of chain) {
      const thief = createClient(TokenService, as(token));
      assert.equal(await outcomeOf(thief.refreshToken({ token })), "Unauthenticated");
      assert.equal(await outcomeOf(thief.validateToken({ token })), "Unauthenticated");
    }
  });

  it("has no caller's right to revoke everything where the caller's row does not say so", async () => {
    callers.replace(rowsOf(ROW));
    const everything = {
      target: { case: "everythingIssuedBefore" as const, value: { seconds: 1n } },
    };
    const revoker = createClient(TokenService, as(KEY));
    assert.equal(
      await outcomeOf(revoker.revokeTokens({ targets: [everything] })),
      "PermissionDenied",
    );
    callers.replace(rowsOf({ ...ROW, revoke_everything: true }));
    assert.equal(await outcomeOf(revoker.revokeTokens({ targets: [everything] })), "ok");
  });
});
