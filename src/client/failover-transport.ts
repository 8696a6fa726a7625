/** Several servers behind one transport: calls take turns, and one that a server refuses goes to the next. */
import { Code, ConnectError, type Transport } from "@connectrpc/connect";

/** How long a server that was not reached is asked last, in milliseconds. */
const REST_MS = 1000;

/**
 * What a connection that ends or never was gives: UNAVAILABLE, ABORTED for one that is reset, and
 * CANCELED, though the caller has cancelled nothing, for one whose server dies with the call under
 * way. No RPC of ours answers with any of them.
 */
const NOT_REACHED: ReadonlySet<Code> = new Set([Code.Unavailable, Code.Aborted, Code.Canceled]);

/**
 * Sends each unary call to the next of `transports`; where its server cannot be reached or is shutting
 * down, to the one after it, until each has been asked once or the deadline has passed.
 *
 * A call whose stream was refused has not been looked at (RFC 9113, section 8.7): it is always sent
 * again, and once more to the same server, where a new connection may lead to another process. After
 * any other loss the server may have done its work, which is harmless for all but a refresh that
 * revokes: its second try would find the old token revoked.
 */
export function createFailoverTransport(transports: readonly Transport[]): Transport {
  const restingUntil = transports.map(() => 0);
  let turn = 0;
  /** The transports from the one whose turn it is, those that rest last. */
  const order = (): number[] => {
    const first = turn++;
    const all = transports.map((_, i) => (first + i) % transports.length);
    const now = performance.now();
    const resting = (i: number) => Number((restingUntil[i] as number) > now);
    return all.sort((a, b) => resting(a) - resting(b));
  };
  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      const revokes = (input as { revokeOld?: boolean }).revokeOld === true;
      const deadline = timeoutMs && timeoutMs > 0 ? performance.now() + timeoutMs : undefined;
      const candidates = order();
      for (let i = 0; ; i++) {
        const index = candidates[i % candidates.length] as number;
        // Whole milliseconds, and never 0: that would mean none.
        const left = deadline ? Math.max(1, Math.floor(deadline - performance.now())) : timeoutMs;
        try {
          const transport = transports[index] as Transport;
          return await transport.unary(method, signal, left, header, input, contextValues);
        } catch (error) {
          const refused = wasRefused(error);
          const lost = refused || NOT_REACHED.has(ConnectError.from(error).code);
          if (!lost || signal?.aborted) throw error;
          restingUntil[index] = performance.now() + REST_MS;
          const untried = i + 1 < candidates.length;
          if (!(refused ? i < candidates.length : untried && !revokes)) throw error;
        }
      }
    },
    stream(...call) {
      return (transports[order()[0] as number] as Transport).stream(...call);
    },
  };
}

/** Whether the server said, by REFUSED_STREAM or by the GOAWAY before it, that it took no note of the call. */
function wasRefused(error: unknown): boolean {
  return error instanceof ConnectError && error.rawMessage.includes("REFUSED_STREAM");
}
