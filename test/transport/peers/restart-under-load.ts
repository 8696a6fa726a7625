/** Calls at a steady rate while servers are replaced, and what they lose. */
import { eventually } from "../../support/worker-lines.js";
import { startGrpcCalls } from "./paced-calls.js";

/** What became of the calls. */
export interface RestartedCalls {
  readonly ended: number;
  /** What each call that failed has failed with. */
  readonly failures: readonly string[];
  /** Calls a second that were reached. */
  readonly rate: number;
}

/**
 * Calls through restarts, with half a second's calls before, between and behind them. None is sent again.
 *
 * @param port where the calls go
 * @param rate calls a second, where the machine allows it
 * @param restart replaces the servers; settles when that is done
 */
export async function callThroughRestarts(
  port: number,
  rate: number,
  restarts: number,
  restart: () => Promise<unknown>,
): Promise<RestartedCalls> {
  const started = performance.now();
  const calls = startGrpcCalls(port, rate);
  const more = async () => {
    const before = calls.ended();
    await eventually(() => calls.ended() >= before + rate / 2);
  };
  await more();
  for (let done = 0; done < restarts; done++) {
    await restart();
    await more();
  }
  await calls.stop();
  const seconds = (performance.now() - started) / 1000;
  return {
    ended: calls.ended(),
    failures: calls.failures,
    rate: Math.round(calls.ended() / seconds),
  };
}

/** The same in words. */
export function inWords({ ended, failures, rate }: RestartedCalls): string {
  return `${failures.length} lost of ${ended}, ${rate} a second`;
}
