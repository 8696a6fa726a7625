import type { ContextValues, Interceptor } from "@connectrpc/connect";
import { Code, ConnectError, createContextKey } from "@connectrpc/connect";
import { toConnectError } from "./errors.js";

/** How a call on the long way ends, as far as it can be seen from around Connect's handler. */
export interface Outcome {
  /** Whether its handler has answered: of a stream, to its end. */
  answered: boolean;
  /** Whether a stream has begun to answer. */
  begun: boolean;
  error: ConnectError | undefined;
}

const outcomeKey = createContextKey<Outcome | undefined>(undefined, {
  description: "how a call ends",
});

/** An outcome that `noteOutcome` will find in the call's context values. */
export function expectOutcome(values: ContextValues): Outcome {
  const outcome: Outcome = { answered: false, begun: false, error: undefined };
  values.set(outcomeKey, outcome);
  return outcome;
}

/** The outermost interceptor: sees what handlers and interceptors answer and throw. */
export const noteOutcome: Interceptor = (next) => async (request) => {
  const outcome = request.contextValues.get(outcomeKey);
  try {
    const response = await next(request);
    if (outcome === undefined) return response;
    if (response.stream) {
      outcome.begun = true;
      return { ...response, message: noteEnd(response.message, outcome, request.signal) };
    }
    outcome.answered = true;
    return response;
  } catch (reason) {
    if (outcome !== undefined) outcome.error = toConnectError(reason);
    throw reason;
  }
};

/** The same messages. What ends them early is known only when they are asked for. */
async function* noteEnd<T>(
  messages: AsyncIterable<T>,
  outcome: Outcome,
  signal: AbortSignal,
): AsyncGenerator<T> {
  try {
    yield* messages;
    outcome.answered = true;
  } catch (reason) {
    // A signal may be aborted with anything when its client leaves: that is no fault of the server.
    outcome.error ??= signal.aborted
      ? ConnectError.from(reason, Code.Canceled)
      : toConnectError(reason);
    throw reason;
  }
}

/** The error to tell of a call that is over, `undefined` for an answer. */
export function errorOf(outcome: Outcome | undefined): ConnectError | undefined {
  if (outcome?.error !== undefined) return outcome.error;
  if (outcome?.answered) return undefined;
  return outcome?.begun
    ? new ConnectError("the client has left", Code.Canceled)
    : new ConnectError("the call ended before its handler", Code.Unknown);
}
