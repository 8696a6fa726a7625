import type { ContextValues, Interceptor } from "@connectrpc/connect";
import { Code, ConnectError, createContextKey } from "@connectrpc/connect";
import { toConnectError } from "./errors.js";
import type { HttpResponse } from "./http-exchange.js";

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

/** Notes what ends a call before Connect asks its interceptors: they are promised a message. */
export function noteFault(values: ContextValues | undefined, reason: unknown): void {
  const outcome = values?.get(outcomeKey);
  if (outcome !== undefined) outcome.error ??= toConnectError(reason);
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

/** What Connect refuses by itself is told by HTTP alone, unless the protocol has a status of its own. */
const REFUSALS: ReadonlyMap<number, Code> = new Map([
  [400, Code.InvalidArgument],
  [404, Code.Unimplemented],
  [405, Code.Unimplemented],
  [415, Code.InvalidArgument],
  [501, Code.Unimplemented],
  [505, Code.Unimplemented],
]);

/**
 * The error to tell of a call that is over, `undefined` for an answer.
 *
 * @param response what the client was told, if it was told anything: a call may end before its handler
 */
export function errorOf(
  outcome: Outcome | undefined,
  response: HttpResponse | undefined,
): ConnectError | undefined {
  if (outcome?.error !== undefined) return outcome.error;
  if (outcome?.answered) return undefined;
  return outcome?.begun
    ? new ConnectError("the client has left", Code.Canceled)
    : new ConnectError("the call ended before its handler", codeOf(response));
}

function codeOf(response: HttpResponse | undefined): Code {
  if (response === undefined) return Code.Unknown;
  const told = Number(response.trailer?.get("grpc-status"));
  return Code[told] === undefined ? (REFUSALS.get(response.status) ?? Code.Unknown) : told;
}
