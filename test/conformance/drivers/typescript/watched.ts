/** The watched verifier of a script: README.md of the corpus, "Watch mode". */
import { Code, ConnectError } from "@connectrpc/connect";
import { type VerifierEvent, WatchedVerifier } from "../../../../src/client/middleware/index.js";
import { TokenError } from "../../../../src/client/node.js";
import type { SecureTokenClient } from "../../../../src/client/token-client.js";

// biome-ignore lint/suspicious/noExplicitAny: the members of any operation.
type Operation = any;

/** One verifier at a time, with clocks that stand still. */
export class Watched {
  readonly #clock = { steadyMs: 0, wallMs: 0 };
  #client: SecureTokenClient | undefined;
  #verifier: WatchedVerifier | undefined;
  #begun: Promise<string>[] = [];
  #told: string[] = [];

  /** Does one operation, and gives its result. */
  async do(operation: Operation, create: () => SecureTokenClient): Promise<object> {
    const clock = this.#clock;
    switch (operation.op) {
      case "open": {
        const { maxStalenessMs, maxEntries, wallMs, failingHooks } = operation;
        this.#told = [];
        Object.assign(clock, { steadyMs: 0, wallMs });
        this.#client = create();
        this.#verifier = new WatchedVerifier(this.#client, {
          maxStalenessMs,
          maxEntries,
          clock: { steady: () => clock.steadyMs, wall: () => clock.wallMs },
          onEvent: (event) => {
            this.#told.push(nameOf(event));
            if (failingHooks) throw new Error("a hook that fails");
          },
        });
        return {};
      }
      case "advance":
        clock.steadyMs += operation.monotonicMs;
        clock.wallMs += operation.wallMs;
        return {};
      case "verify": {
        const { token, permission, count = 1 } = operation;
        const all = Array.from({ length: count }, () => this.#outcome(token, permission));
        return { outcomes: await Promise.all(all) };
      }
      case "verifyMany": {
        const all = operation.tokens.map((token: string) => this.#outcome(token));
        return { outcomes: await Promise.all(all) };
      }
      case "begin":
        this.#begun.push(this.#outcome(operation.token));
        return {};
      case "collect": {
        const outcomes = await Promise.all(this.#begun);
        this.#begun = [];
        return { outcomes };
      }
      case "state":
        return this.#state();
      case "told":
        return { events: this.#told };
      default:
        this.#verifier?.close();
        this.#client?.close();
        return {};
    }
  }

  #state(): object {
    const { isReady, stalenessMs, revocations, entries, isPermitted } = this.#verifier!.state;
    const age = stalenessMs === undefined ? null : Math.round(stalenessMs);
    return { ready: isReady, stalenessMs: age, live: revocations, entries, permitted: isPermitted };
  }

  async #outcome(token: string, permission?: string): Promise<string> {
    try {
      await this.#verifier!.verify(token, permission);
      return "VALID";
    } catch (error) {
      if (error instanceof TokenError) return error.reason;
      if (!(error instanceof ConnectError)) throw error;
      return Code[error.code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
    }
  }
}

function nameOf(event: VerifierEvent): string {
  return event.kind === "refused" ? `refused ${event.reason}` : event.kind;
}
