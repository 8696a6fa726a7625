/** A TokenService for tests: the real one, with a clock that stands still and faults on demand. */
import { randomBytes } from "node:crypto";
import { ConnectError, type ConnectRouter, type Interceptor } from "@connectrpc/connect";
import {
  createKeyset,
  Instant,
  type KeySource,
  type ManagerOptions,
  SecureTokenManager,
} from "../../src/core/index.js";
import { sealToken } from "../../src/core/token.js";
import { tokenRoutes } from "../../src/service/index.js";
import { cachedKey } from "./keys.js";

/** 2026-11-23T11:32:09.123456Z. */
const START_MICROS = 1_795_433_529_123_456;
const MICROS_PER_HOUR = 3_600_000_000;

/** The key of the tests' service. */
export const TEST_KEY: KeySource = {
  secretKey: "Test-Secret-Key-1!",
  salt: Buffer.from("0123456789abcdef"),
  iterations: 100_000,
};

/** The version that the service tells of its server. */
export const SERVER_VERSION = "1.2.3";

/** With this request header a call is not answered until its caller gives it up. */
export const HOLD_HEADER = "x-test-hold";

/** What a forged-by-us but authentic token holds. */
export interface SealedContent {
  userId?: string;
  permissions?: string[];
  /** The JSON text of additional_data, digit for digit. */
  additionalDataJson?: string;
}

/** Mount `routes` with `interceptors` in any server, and steer it from the test. */
export interface TestService {
  readonly manager: SecureTokenManager;
  readonly routes: (router: ConnectRouter) => void;
  readonly interceptors: Interceptor[];
  readonly clock: { micros: number; advanceHours(hours: number): void };
  /** The token_ids that are revoked. */
  readonly revoked: Set<string>;
  /** While set, every look at the clock throws it: a fault that nobody foresaw. */
  fault: Error | undefined;
  /** What was thrown that nobody foresaw. */
  readonly reported: unknown[];
  /** Makes an authentic token, also one that no request can ask for. It lives for an hour. */
  seal(content?: SealedContent): Promise<string>;
}

/** A service of its own: no state is shared with another test. */
export async function createTestService(
  source: KeySource = TEST_KEY,
  hours: Pick<ManagerOptions, "defaultExpirationHours" | "maxSessionHours"> = {},
): Promise<TestService> {
  const key = { ...(await cachedKey(source)), state: "PRIMARY" as const };
  const revoked = new Set<string>();
  const reported: unknown[] = [];
  const clock = {
    micros: START_MICROS,
    advanceHours(hours: number) {
      clock.micros += hours * MICROS_PER_HOUR;
    },
  };
  const manager = new SecureTokenManager(createKeyset([key]), {
    // A server's default.
    maxSessionHours: 720,
    ...hours,
    clock: () => {
      if (service.fault) throw service.fault;
      return clock.micros;
    },
    revocations: { isRevoked: ({ tokenId }) => revoked.has(tokenId), cutOffOf: () => 0 },
  });
  const service: TestService = {
    manager,
    routes: tokenRoutes(manager, undefined, SERVER_VERSION),
    interceptors: [hold, reportTo(reported)],
    clock,
    revoked,
    fault: undefined,
    reported,
    async seal({ userId = "ada", permissions = [], additionalDataJson = "{}" } = {}) {
      const tokenId = randomBytes(24).toString("base64url");
      const issuedAt = Instant.fromMicros(clock.micros);
      const expiresAt = Instant.fromMicros(clock.micros + MICROS_PER_HOUR);
      const session = { sessionId: tokenId, sessionStartedAt: issuedAt };
      const claims = { tokenId, userId, permissions, issuedAt, expiresAt, ...session };
      return sealToken(key, { ...claims, additionalDataJson }, randomBytes(16));
    },
  };
  return service;
}

const reportTo =
  (reported: unknown[]): Interceptor =>
  (next) =>
  async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (!(error instanceof ConnectError)) reported.push(error);
      throw error;
    }
  };

const hold: Interceptor = (next) => async (request) => {
  if (request.header.has(HOLD_HEADER) && !request.signal.aborted) {
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
  }
  return next(request);
};
