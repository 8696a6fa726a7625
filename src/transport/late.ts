/** Timers of what must come in time. */

/**
 * Calls back once a time is over, unless it is stopped: behind what has arrived by then. Timers run before sockets are read:
 * a process that the system has kept waiting would take for late what came in time.
 *
 * @param ms milliseconds
 * @returns stops it
 */
export function whenLate(ms: number, callback: () => void): () => void {
  let isStopped = false;
  const timer = setTimeout(() => {
    setImmediate(() => {
      if (!isStopped) callback();
    });
  }, ms);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
