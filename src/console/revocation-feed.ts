/** Follows what is revoked on the server, by anybody, while a token is shown. */

import { Code, ConnectError } from "@connectrpc/connect";
import { useEffect } from "preact/hooks";
import type { SecureTokenClient } from "../client/web.js";

/** Changes that come this close together, in milliseconds, are told once. */
const GATHER_MS = 500;
/** The pause before a feed that broke is asked for again, in milliseconds. */
const PAUSE_MS = 2_000;

/**
 * Calls `onChange` after each change of what is revoked, at most twice a second, while `active`. The feed is
 * asked for again, from its last cursor, after a broken connection; a server that refuses it is left alone.
 */
export function useRevocationFeed(
  client: SecureTokenClient,
  active: boolean,
  onChange: () => void,
): void {
  useEffect(() => {
    if (!active) return;
    const controller = new AbortController();
    let told: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      told ??= setTimeout(() => {
        told = undefined;
        onChange();
      }, GATHER_MS);
    };
    void follow(client, controller.signal, tell);
    return () => {
      controller.abort();
      clearTimeout(told);
    };
  }, [client, active, onChange]);
}

async function follow(client: SecureTokenClient, signal: AbortSignal, tell: () => void) {
  let cursor = "";
  while (!signal.aborted) {
    try {
      for await (const event of client.watchRevocations(cursor, { signal })) {
        if (event.kind === "checkpoint") cursor = event.cursor;
        // After a gap the server may answer with all that is in force, instead of what has changed.
        else if (event.kind === "changes" || cursor !== "") tell();
      }
    } catch (error) {
      if (!(error instanceof ConnectError) || !PASSING.has(error.code)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** What a broken connection or a server that restarts ends with. Other codes are refusals. */
const PASSING: ReadonlySet<Code> = new Set([
  Code.Unavailable,
  Code.Aborted,
  Code.Canceled,
  Code.Unknown,
]);
