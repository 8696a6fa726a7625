/** Property: no chain of refreshes outlives the grant of whoever issued the first token. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import fc from "fast-check";
import pino from "pino";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { createServer, type Server } from "../../src/server/server.js";
import { fixedManager, HOUR_MICROS, movableClock, NOW_MICROS } from "../support/fixed-manager.js";
import { keepReports } from "../support/reports.js";

const MAX_SESSION_HOURS = 720;
/** Callers by the hours that they may grant at first. */
const GRANTS = [1, 3, 48, 8760] as const;
const KEYS = new Map(GRANTS.map((hours) => [hours, generateApiKey()]));
/** How far a clock may be set back between two calls: tokens from a minute ahead are accepted. */
const SKEW_MICROS = 59_000_000;

type Grant = (typeof GRANTS)[number];

/** The callers file where the first caller's grant has been multiplied by `share`; 0 removes it. */
function rowsWith(issuer: Grant, share: number) {
  const rows = GRANTS.filter((hours) => hours !== issuer || share > 0).map((hours) => ({
    name: `grants-${hours}`,
    api_keys: [{ sha256: digestApiKey(KEYS.get(hours) as string) }],
    rpcs: ["GenerateToken", "RefreshToken"],
    grants: {
      permissions: ["*"],
      user_id: "*",
      max_expires_in_hours: hours === issuer ? hours * share : hours,
    },
  }));
  return parseCallers(JSON.stringify({ callers: rows }));
}

const WAYS = {
  gRPC: (baseUrl: string) => createGrpcTransport({ baseUrl, interceptors: [show] }),
  "gRPC-Web, HTTP/1.1": (baseUrl: string) =>
    createGrpcWebTransport({ baseUrl, httpVersion: "1.1", interceptors: [show] }),
  "Connect JSON, HTTP/1.1": (baseUrl: string) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1", interceptors: [show] }),
  "Connect binary, HTTP/2": (baseUrl: string) =>
    createConnectTransport({
      baseUrl,
      httpVersion: "2",
      useBinaryFormat: true,
      interceptors: [show],
    }),
};
type Way = keyof typeof WAYS;

let bearer = "";
/** Shows the credential of the call that is being made. */
const show: Interceptor = (next) => (request) => {
  request.header.set("authorization", `Bearer ${bearer}`);
  return next(request);
};

/** A token as the server answers it, in microseconds. */
interface Issued {
  readonly token: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

type Stamp = { readonly seconds: bigint; readonly nanos: number } | undefined;

function micros(stamp: Stamp): number {
  assert.ok(stamp);
  return Number(stamp.seconds) * 1_000_000 + stamp.nanos / 1_000;
}

function inMicros(answer: { token: string; issuedAt?: Stamp; expiresAt?: Stamp }): Issued {
  const { token, issuedAt, expiresAt } = answer;
  return { token, issuedAt: micros(issuedAt), expiresAt: micros(expiresAt) };
}

const hoursOf = (hours: number) => ({ seconds: BigInt(Math.ceil(hours * 3600)), nanos: 0 });

describe("a chain of refreshes", () => {
  const clock = movableClock();
  let server: Server;
  let callers: KnownCallers;
  let register: RevocationAuthority;
  const transports = new Map<Way, Transport>();
  before(async () => {
    const reporter = keepReports();
    register = await RevocationAuthority.open({ clock, feedId: "chains", reporter });
    const manager = await fixedManager({
      clock,
      maxSessionHours: MAX_SESSION_HOURS,
      revocations: register,
    });
    const isAuthentic = (text: string) => manager.introspectToken(text).state !== "INVALID";
    callers = new KnownCallers(rowsWith(1, 1), isAuthentic);
    server = createServer({ manager, register, callers, logger: pino({ level: "silent" }) });
    const { port } = await server.listen(0, "127.0.0.1");
    for (const way of Object.keys(WAYS) as Way[]) {
      transports.set(way, WAYS[way](`http://127.0.0.1:${port}`));
    }
  });
  after(async () => {
    await server.close(0);
    await register.close();
  });

  const clientOf = (way: Way) => createClient(TokenService, transports.get(way) as Transport);

  const step = fc.record({
    by: fc.constantFrom("holder" as const, ...GRANTS),
    way: fc.constantFrom(...(Object.keys(WAYS) as Way[])),
    /** Which token of the chain is refreshed, as a share of all of them. */
    which: fc.double({ min: 0, max: 1, noNaN: true }),
    hours: fc.option(fc.double({ min: 0.001, max: 8760, noNaN: true }), { nil: undefined }),
    revokeOld: fc.boolean(),
    /** How much of the token's time passes before. */
    waits: fc.double({ min: 0, max: 1, noNaN: true }),
    setBackMicros: fc.integer({ min: 0, max: SKEW_MICROS }),
    /** What is left of the first caller's grant from this step on. */
    share: fc.constantFrom(1, 1, 0.5, 0),
  });
  const chain = fc.record({
    issuer: fc.constantFrom(...GRANTS),
    lifetime: fc.double({ min: 0.01, max: 1, noNaN: true }),
    steps: fc.array(step, { minLength: 1, maxLength: 8 }),
  });

  it("ends with the first issuer's grant, whoever refreshes what over which protocol", async () => {
    let refreshed = 0;
    await fc.assert(
      fc.asyncProperty(chain, async ({ issuer, lifetime, steps }) => {
        clock.micros = NOW_MICROS;
        callers.replace(rowsWith(issuer, 1));
        bearer = KEYS.get(issuer) as string;
        const expiresIn = hoursOf(lifetime * issuer);
        const answer = await clientOf("gRPC").generateToken({ userId: "u", expiresIn });
        const first = inMicros(answer);
        const bound = first.issuedAt + Math.min(issuer, MAX_SESSION_HOURS) * HOUR_MICROS;
        const end = Math.max(bound, first.expiresAt);
        const tokens = [first];
        for (const { by, way, which, hours, revokeOld, waits, setBackMicros, share } of steps) {
          callers.replace(rowsWith(issuer, share));
          const old = tokens[Math.round(which * (tokens.length - 1))] as Issued;
          const left = Math.max(0, old.expiresAt - clock.micros);
          clock.micros += Math.floor(left * waits) - setBackMicros;
          bearer = by === "holder" ? old.token : (KEYS.get(by) as string);
          const request = { token: old.token, revokeOld };
          const asked = hours === undefined ? {} : { newExpiresIn: hoursOf(hours) };
          const fresh = await clientOf(way)
            .refreshToken({ ...request, ...asked })
            .then(inMicros, () => undefined);
          if (fresh === undefined) continue;
          refreshed++;
          assert.ok(fresh.expiresAt <= end, `${way}: outlives the first issuer's grant`);
          if (by === "holder") {
            const had = old.expiresAt - old.issuedAt;
            assert.ok(fresh.expiresAt - fresh.issuedAt <= had, `${way}: more than the token had`);
          }
          tokens.push(fresh);
        }
      }),
      { numRuns: 200 },
    );
    assert.ok(refreshed > 100, `${refreshed} refreshes were granted`);
  });
});
