/** Processes and folders that this process takes with it, however it ends but by SIGKILL. */
import { rmSync } from "node:fs";

/** What is still to be ended, the oldest first. */
const ends = new Set();

// An error that nobody catches ends Node without any `finally`; this is called all the same.
process.on("exit", () => {
  for (const end of [...ends].reverse()) end();
});

/** Gives the child, and signals it when this process exits while the child runs. */
export function endWithThisProcess(child, signal = "SIGKILL") {
  const end = () => child.kill(signal);
  ends.add(end);
  child.once("exit", () => ends.delete(end));
  return child;
}

/** Removes a folder when this process exits. Gives what removes it now. */
export function removeWithThisProcess(folder) {
  const remove = () => {
    ends.delete(remove);
    // A process that was killed a moment ago may still write.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  };
  ends.add(remove);
  return remove;
}
