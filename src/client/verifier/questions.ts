/** Tokens that the server is asked about: one call for each, or one for many that come at once. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { ValidToken } from "../operations.js";
import { EACH_ALONE, ON_TRY } from "../revocation-client.js";
import type { SecureTokenClient } from "../token-client.js";
import type { SteadyClock } from "./steady-clock.js";

/** What questions are asked with. */
export type Asking = Pick<SecureTokenClient, "validateToken" | "batchValidateTokens">;

/** The most tokens of a call. */
const MAX_TOKENS = 1_000;
/** The most of a call's tokens, in bytes: a request has at most 1 MiB. */
const MAX_BYTES = 1_000_000;
/** What a token takes in a message beside its text, in bytes. */
const TOKEN_HEAD = 4;
/** How long a token waits at most for a call that is under way, in milliseconds. */
const MAX_WAIT_MS = 5;

/** The answer about a valid token. */
export interface Answered {
  readonly valid: ValidToken;
  /** When the try began that gave it, in milliseconds of the steady clock: it is no older than that. */
  readonly askedAt: number;
}

interface Question {
  readonly token: string;
  resolve(answered: Answered): void;
  reject(error: unknown): void;
}

/**
 * The first token is asked about at once. Those that come while a call is under way wait for its end, 5 ms
 * at most, and go together.
 */
export class Questions {
  readonly #client: Asking;
  readonly #clock: SteadyClock;
  #waiting: Question[] = [];
  #underWay = 0;
  /** False once the server has refused a batch to this caller, who may ask about single tokens. */
  #mayBatch = true;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: Asking, clock: SteadyClock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** The answer about a token. Rejects as `validateToken` does. */
  ask(token: string): Promise<Answered> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ token, resolve, reject });
      if (this.#underWay === 0) this.#send();
      else this.#timer ??= setTimeout(() => this.#send(), MAX_WAIT_MS);
    });
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#waiting.length > 0) {
      const questions = this.#take();
      this.#underWay++;
      this.#call(questions).finally(() => {
        this.#underWay--;
        if (this.#underWay === 0) this.#send();
      });
    }
  }

  /** As many questions as one call takes. */
  #take(): Question[] {
    const most = this.#mayBatch ? MAX_TOKENS : 1;
    let bytes = 0;
    let count = 0;
    for (const { token } of this.#waiting) {
      bytes += Buffer.byteLength(token) + TOKEN_HEAD;
      if (count === most || (count > 0 && bytes > MAX_BYTES)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  /** Never rejects. */
  async #call(questions: readonly Question[]): Promise<void> {
    const [first] = questions as [Question];
    let askedAt = this.#clock.now();
    // A rate is not waited for: whoever asks would hold up its own callers, for the tokens of others.
    const options = {
      waitForRate: false,
      [ON_TRY]: () => {
        askedAt = this.#clock.now();
      },
    };
    try {
      if (questions.length === 1) {
        const valid = await this.#client.validateToken(first.token, options);
        first.resolve({ valid, askedAt });
        return;
      }
      const tokens = questions.map(({ token }) => token);
      const all = { ...options, [EACH_ALONE]: true };
      const results = await this.#client.batchValidateTokens(tokens, all);
      for (const [index, { resolve, reject }] of questions.entries()) {
        const result = results[index];
        if (result?.claims) resolve({ valid: { ...result.claims, valid: true }, askedAt });
        else reject(result?.error);
      }
    } catch (error) {
      if (questions.length > 1 && isNotForUs(error)) {
        this.#mayBatch = false;
        this.#waiting.unshift(...questions);
        this.#send();
        return;
      }
      for (const { reject } of questions) reject(error);
    }
  }
}

function isNotForUs(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return false;
  return error.code === Code.PermissionDenied || error.code === Code.Unimplemented;
}
