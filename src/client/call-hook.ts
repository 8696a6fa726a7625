/** Tells a program of its client's calls, for metrics. */
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { toCallError } from "./call-errors.js";
import { tell } from "./tell.js";

/** A call that has ended, with all its further tries. It holds no token. */
export interface EndedCall {
  /** The RPC: `ValidateToken`. */
  readonly method: string;
  /** gRPC's name of how it ended: `OK`, `UNAUTHENTICATED`, `UNAVAILABLE` … */
  readonly code: string;
  /** How long it took, in seconds. */
  readonly seconds: number;
}

/** Is told of each call. What it throws, or rejects with, changes nothing. */
export type CallHook = (call: EndedCall) => void;

/** A transport whose unary calls are told to a hook. Streams are not: they last as long as the program. */
export function tellingCalls(transport: Transport, onCall: CallHook | undefined): Transport {
  if (onCall === undefined) return transport;
  if (typeof onCall !== "function") throw new TypeError("onCall must be a function");
  return {
    async unary(method, ...rest) {
      const began = performance.now();
      let code = "OK";
      try {
        return await transport.unary(method, ...rest);
      } catch (error) {
        code = nameOf(toCallError(ConnectError.from(error)).code);
        throw error;
      } finally {
        tell(onCall, { method: method.name, code, seconds: (performance.now() - began) / 1000 });
      }
    },
    stream: (...call) => transport.stream(...call),
  };
}

/** gRPC's name: Connect calls it `DeadlineExceeded`, and CANCELLED `Canceled`. */
function nameOf(code: Code): string {
  if (code === Code.Canceled) return "CANCELLED";
  return (Code[code] ?? "UNKNOWN").replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}
