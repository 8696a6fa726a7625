/** Follows what is revoked on the server, by anybody, while a token is shown. */

import { Code, ConnectError } from "@connectrpc/connect";
import { useEffect } from "preact/hooks";
import type { SecureTokenClient } from "../client/web.js";

/** Changes that come this close together, in milliseconds, are told once. */
const GATHER_MS = 500;
/** The pause before a feed that broke is asked for again, in milliseconds. */
const PAUSE_MS = 2_000;
/** A feed on which nothing comes for this long, in milliseconds, is dropped: checkpoints come every second. */
const SILENCE_MS = 10_000;

/**
 * Calls `onChange` after each change of what is revoked, at most twice a second, while `active`. The feed is
 * asked for again, from its last cursor, after a broken connection, a silence or a full server; a server that refuses it is left alone.
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
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const silence = new AbortController();
    const whole = AbortSignal.any([signal, silence.signal]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hear = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
    };
    hear();
    try {
      for await (const event of client.watchRevocations(cursor, { signal: whole })) {
        hear();
        if (event.kind === "checkpoint") cursor = event.cursor;
        // After a gap the server may answer with all that is in force, instead of what has changed.
        else if (event.kind === "changes" || !isFirst) tell();
      }
    } catch (error) {
      if (error instanceof ConnectError && REFUSALS.has(error.code)) return;
    } finally {
      clearTimeout(timer);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** What asking again does not change: another key makes another client. All else is asked for again. */
const REFUSALS: ReadonlySet<Code> = new Set([
  Code.Unauthenticated,
  Code.PermissionDenied,
  Code.Unimplemented,
  Code.InvalidArgument,
]);
