/** One kind of call at a time: a newer call gives up the older one. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { useSession } from "./session.js";

/** What is known of the latest call. While it is under way, what the one before it gave stays. */
export interface CallState<T> {
  readonly pending: boolean;
  readonly value?: T;
  readonly error?: unknown;
}

/** A call's state, and the way to make one. */
export interface CallHandle<T> extends CallState<T> {
  /** Gives the value, or `undefined` for a call that failed or was given up. */
  run(call: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>;
  /** Gives up the call and forgets what the one before it gave. */
  reset(): void;
}

/** For the life of a component. */
export function useCall<T>(): CallHandle<T> {
  const [state, setState] = useState<CallState<T>>({ pending: false });
  const current = useRef<AbortController | undefined>(undefined);
  const { onFailure } = useSession();
  useEffect(() => () => current.current?.abort(), []);

  const run = useCallback(
    async (call: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
      current.current?.abort();
      const controller = new AbortController();
      current.current = controller;
      setState((last) => ({ ...last, pending: true }));
      try {
        const value = await call(controller.signal);
        if (controller.signal.aborted) return undefined;
        setState({ pending: false, value });
        return value;
      } catch (error) {
        if (controller.signal.aborted) return undefined;
        setState({ pending: false, error });
        onFailure(error);
        return undefined;
      }
    },
    [onFailure],
  );
  const reset = useCallback(() => {
    current.current?.abort();
    setState({ pending: false });
  }, []);
  return { ...state, run, reset };
}
