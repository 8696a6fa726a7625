/** One or several servers behind one transport, which tries again as long as a call's deadline allows. */
import { Code, ConnectError, createContextKey, type Transport } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { isBeyondRate, retryDelayMs, ServiceUnavailableError } from "./call-errors.js";
import { type ConnectionFault, faultOf, wasNeverSent } from "./connection-fault.js";
import { lossOf, wasRefused } from "./connection-loss.js";

/** How long a server that was not reached is asked last, in milliseconds. */
const REST_MS = 1000;
/** The same for one that let a deadline pass: it may hang for long. */
const HANG_REST_MS = 10_000;
/** The pauses between attempts grow from the first to the last, in milliseconds. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 500;
/** How long a call without a deadline is tried. */
const PATIENCE_MS = 5000;

/** Whether a call beyond its client's rate waits until a server takes it. */
export const WAITS_FOR_RATE = createContextKey(true);
/** Is called as each try of a call begins: its answer is no older than its last try. */
export const TRY_BEGINS = createContextKey(() => {});

/** A server. */
export interface Server {
  readonly transport: Transport;
  /** Finds out why the server is not reached, where the error does not tell. Default: it cannot. */
  readonly diagnose?: (() => Promise<ConnectionFault | undefined>) | undefined;
  /** Is called once a deadline has passed without an answer: makes the next calls connect anew. Default: nothing. */
  readonly renew?: (() => void) | undefined;
}

/** A server, and what is known of it. */
interface State extends Server {
  restingUntil: number;
  hasAnswered: boolean;
  /** When it last answered. */
  heardAt: number;
}

/**
 * Sends each unary call to the next of `servers`. Where one cannot be reached, is shutting down or calls
 * itself unavailable, the call goes to the next, and after a pause again, until its deadline; where there
 * are several, one that hangs gets a share of the deadline. What a server asks to wait is obeyed within
 * the deadline; a call that does not wait for its rate asks each server once where it is beyond that. Faults of
 * certificates and protocols are not tried again.
 *
 * A call whose stream was refused has not been looked at (RFC 9113, section 8.7): it is always sent
 * again. After any other loss the server may have done its work, which is harmless for all but a refresh
 * that revokes: its second try would find the old token revoked.
 */
export function createPersistentTransport(servers: readonly Server[]): Transport {
  const states = servers.map(
    (server): State => ({ ...server, restingUntil: 0, hasAnswered: false, heardAt: 0 }),
  );
  let turn = 0;

  /** The server whose turn it is, of those that rest least and were not asked in this round. */
  const next = (asked: ReadonlySet<State>): State => {
    const first = turn++;
    const now = performance.now();
    const all = states
      .map((_, i) => states[(first + i) % states.length] as State)
      .filter((state) => !asked.has(state));
    return all.find(({ restingUntil }) => restingUntil <= now) ?? (all[0] as State);
  };

  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      const isRepeatable = !(
        method.name === TokenService.method.refreshToken.name &&
        (input as { revokeOld?: boolean }).revokeOld === true
      );
      const patience = timeoutMs !== undefined && timeoutMs > 0 ? timeoutMs : PATIENCE_MS;
      const deadline = performance.now() + patience;
      const asked = new Set<State>();
      let lost: ConnectError | undefined;
      let beyondRate: ConnectError | undefined;
      for (let round = 0; ; ) {
        const state = next(asked);
        asked.add(state);
        const began = performance.now();
        const left = deadline - began;
        const others = states.length - asked.size;
        const share = isRepeatable && others > 0 ? left / 2 : left;
        // Whole milliseconds, and never 0: that would mean none.
        const allowed = Math.max(1, Math.floor(share));
        contextValues?.get(TRY_BEGINS)();
        try {
          const answer = await state.transport.unary(
            method,
            signal,
            timeoutMs === undefined ? undefined : allowed,
            header,
            input,
            contextValues,
          );
          state.hasAnswered = true;
          state.heardAt = performance.now();
          return answer;
        } catch (reason) {
          const error = ConnectError.from(reason);
          if (signal?.aborted) throw error;
          const loss = await judge(state, error, isRepeatable, began);
          if (loss === "answered") throw error;
          const mayWait = !isBeyondRate(error) || contextValues?.get(WAITS_FOR_RATE) !== false;
          if (!mayWait) beyondRate = error;
          if (beyondRate !== undefined && others === 0) throw beyondRate;
          if (loss === "late" && others === 0) throw nameOfLoss(lost ?? error);
          if (loss instanceof ServiceUnavailableError && others === 0) throw loss;
          if (loss === "uncertain") throw nameOfLoss(error);
          if (loss !== "late") lost = loss instanceof ServiceUnavailableError ? loss : error;
          const wait = mayWait ? retryDelayMs(error) : 0;
          const pause = wait > 0 ? wait + spread() : others > 0 ? 0 : pauseAfter(round);
          if (others === 0) {
            asked.clear();
            round++;
          }
          if (performance.now() + pause >= deadline) throw nameOfLoss(lost ?? error);
          if (pause > 0) await sleep(pause, signal);
        }
      }
    },
    stream(...call) {
      return next(new Set()).transport.stream(...call);
    },
  };
}

/**
 * What an error means for the call: the server has `answered`; it let its share of the deadline pass
 * (`late`); the call was `lost` and may be sent again; it may not, as what became of it is `uncertain`;
 * or there is a fault that does not pass.
 */
async function judge(
  state: State,
  error: ConnectError,
  isRepeatable: boolean,
  began: number,
): Promise<"answered" | "late" | "lost" | "uncertain" | ServiceUnavailableError> {
  const rest = (ms: number) => {
    state.restingUntil = performance.now() + ms;
  };
  if (error.code === Code.DeadlineExceeded) {
    // One that has answered others meanwhile does not hang: this call was slow, or its deadline short.
    if (state.heardAt <= began) {
      rest(HANG_REST_MS);
      state.renew?.();
    }
    return "late";
  }
  if (wasRefused(error)) {
    rest(REST_MS);
    return "lost";
  }
  if (isShortage(error)) return "lost";
  const known = error instanceof ServiceUnavailableError ? error.fault : faultOf(error);
  const loss = lossOf(error);
  const isProtocol =
    error.code === Code.Internal && error.cause !== undefined && !state.hasAnswered;
  if (known === undefined && loss === undefined && !isProtocol) return "answered";
  const fault = known ?? (state.hasAnswered ? undefined : await state.diagnose?.());
  rest(REST_MS);
  if (fault !== undefined) return new ServiceUnavailableError(error, fault);
  if (loss === undefined) return "answered";
  if (!isRepeatable && !wasNeverSent(error)) return "uncertain";
  // Whoever resets a stream would reset the next one too: a header that is too large, a fault of the server.
  return loss === "stream" ? new ServiceUnavailableError(error) : "lost";
}

/** Whether there is no room for the call now, which passes: the server's, or that of its client's rate. */
function isShortage(error: ConnectError): boolean {
  return error.code === Code.ResourceExhausted && retryDelayMs(error) > 0;
}

/** The error for a call that is given up: where no answer came, the service could not be reached, whoever ended the call. */
function nameOfLoss(error: ConnectError): ConnectError {
  return lossOf(error) ? new ServiceUnavailableError(error) : error;
}

/** Half of it at random, so that clients of a server that comes back do not come back at once. */
function pauseAfter(round: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(round, 8), LAST_PAUSE_MS);
  return longest * (0.5 + Math.random() / 2);
}

function spread(): number {
  return Math.random() * FIRST_PAUSE_MS;
}

/** Waits, or rejects as soon as the signal fires. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(ConnectError.from(signal?.reason, Code.Canceled));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
