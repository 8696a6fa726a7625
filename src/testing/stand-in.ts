/** A token service in memory, for the tests of programs that check tokens. */
import { createRouterTransport } from "@connectrpc/connect";
import { SecureTokenClient } from "../client/token-client.js";
import {
  createKeyset,
  deriveKey,
  type GenerateOptions,
  generateSalt,
  generateSecretKey,
  type RevocationTarget,
  SecureTokenManager,
} from "../core/index.js";
import { RevocationAuthority } from "../revocation/authority.js";
import { tokenRoutes } from "../service/index.js";
import { Line } from "./line.js";
import { MovableClock } from "./movable-clock.js";

/** A key that nobody guards needs no slow derivation. */
const ITERATIONS = 1;
const MICROS_PER_HOUR = 3_600_000_000;
const SILENT = { info() {}, warn() {}, error() {} };

/** What a stand-in is made of. */
interface Parts {
  readonly clock: MovableClock;
  readonly manager: SecureTokenManager;
  /** Lives two hours behind. */
  readonly pastManager: SecureTokenManager;
  readonly register: RevocationAuthority;
}

/**
 * The service itself, with a key of its own, in the memory of the process: the same rules, errors and feed.
 * It opens no port, knows no callers and has no rates. Use it in tests only.
 */
export class TokenServiceStandIn {
  /** Give it to guards, verifiers and the program under test. It is always the same one. */
  readonly client: SecureTokenClient;
  /** Give it to a `WatchedVerifier`, a `watch` or a `cache` as `clock`, so that `advance` moves them too. */
  readonly clock: Pick<MovableClock, "steady" | "wall">;
  readonly #parts: Parts;
  readonly #line: Line;

  /** For `createTokenServiceStandIn`. */
  constructor(parts: Parts) {
    this.#parts = parts;
    this.#line = new Line(createRouterTransport(tokenRoutes(parts.manager, parts.register)));
    this.client = new SecureTokenClient(this.#line);
    this.clock = parts.clock;
  }

  /** The names of the RPCs that were called while it was there, such as `ValidateToken`, in order. */
  get calls(): readonly string[] {
    return this.#line.calls;
  }

  /**
   * A valid token, without a call.
   * @throws TokenError naming the input that breaks the service's rule.
   */
  issue(
    userId: string,
    permissions: readonly string[] = [],
    options: Omit<GenerateOptions, "permissions"> = {},
  ): string {
    return this.#parts.manager.generateToken(userId, { ...options, permissions }).token;
  }

  /** A token that has expired an hour ago. @throws as `issue`. */
  issueExpired(userId: string, permissions: readonly string[] = []): string {
    return this.#parts.pastManager.generateToken(userId, { permissions, expiresInHours: 1 }).token;
  }

  /** Sets the clock forward by milliseconds: tokens expire by it. @throws TypeError below 0. */
  advance(ms: number): void {
    this.#parts.clock.advance(ms);
  }

  /** Takes a token back. It is in force when this settles; a verifier's feed tells of it at once. */
  async revoke(token: string): Promise<void> {
    await this.#revoke({ token });
  }

  /** Takes back every token of a session. */
  async revokeSession(sessionId: string): Promise<void> {
    await this.#revoke({ sessionId });
  }

  /** Takes back every token that a user has at present. */
  async revokeUser(userId: string): Promise<void> {
    await this.#revoke({ userId });
  }

  /** Ends calls and feeds under way; until `comeBack` every call ends with ServiceUnavailableError. */
  goAway(): void {
    this.#line.cut();
  }

  /** Answers again, with the tokens and revocations from before. */
  comeBack(): void {
    this.#line.mend();
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.goAway();
    await this.#parts.register.close();
  }

  async #revoke(target: RevocationTarget): Promise<void> {
    const planned = this.#parts.manager.planRevocations([target]);
    await this.#parts.register.revoke(planned.flatMap(({ revocation }) => revocation ?? []));
  }
}

/** Makes a stand-in that holds nothing. `close` it when the test ends. */
export async function createTokenServiceStandIn(): Promise<TokenServiceStandIn> {
  const clock = new MovableClock();
  const source = { secretKey: generateSecretKey(), salt: generateSalt(), iterations: ITERATIONS };
  const keyset = createKeyset([{ ...(await deriveKey(source)), state: "PRIMARY" }]);
  const register = await RevocationAuthority.open({
    clock: clock.micros,
    feedId: "stand-in",
    reporter: SILENT,
  });
  const manager = new SecureTokenManager(keyset, { clock: clock.micros, revocations: register });
  const past = () => clock.micros() - 2 * MICROS_PER_HOUR;
  const pastManager = new SecureTokenManager(keyset, { clock: past });
  return new TokenServiceStandIn({ clock, manager, pastManager, register });
}
