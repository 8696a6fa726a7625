import { useEffect, useState } from "preact/hooks";
import { useSession } from "./session.js";

/** What an action is told that needs a token where there is none. */
export const PASTE_FIRST = "Paste a token first";

/** Whether an action was asked for without a token, until there is one. */
export interface TokenNeeded {
  /** Whether to show `PASTE_FIRST`. */
  readonly missing: boolean;
  /** Whether there is a token to work on; says so where there is none. */
  hasToken(): boolean;
}

/** Keeps actions on a token from asking the server about no token at all. */
export function useTokenNeeded(token: string): TokenNeeded {
  const { announce } = useSession();
  const [missing, setMissing] = useState(false);
  useEffect(() => setMissing(false), [token]);
  return {
    missing,
    hasToken() {
      setMissing(token === "");
      if (token === "") announce(PASTE_FIRST);
      return token !== "";
    },
  };
}
