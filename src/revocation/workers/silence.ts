/** How long another process of this server says nothing, in time in which this one runs too. */

/** A stop of the whole server, `kill -STOP` or a frozen machine, passes for one part of a silence. */
const PARTS = 4;

/**
 * Calls `end` after `ms` milliseconds of silence, and gives what is called when the other process has spoken. Where all
 * processes were stopped, the timer comes before what the other one had said, or was about to say.
 */
export function afterSilence(ms: number, end: () => void): () => void {
  let left = PARTS;
  let last: NodeJS.Immediate | undefined;
  const timer = setInterval(() => {
    if (--left > 0) return;
    clearInterval(timer);
    // Behind what lies in the channel.
    last = setImmediate(end);
  }, ms / PARTS);
  return () => {
    clearInterval(timer);
    clearImmediate(last);
  };
}
