/** What signals must not do, from the start of a process. Imported before everything else: loading takes a while. */
import { close as closeInspector, url as inspectorUrl } from "node:inspector";
import { constants } from "node:os";

/** What shells add to the number of the signal that ended a process. */
const SIGNAL_EXIT = 128;

// It otherwise opens Node's debugger on a local port: whoever reaches that port reads the keys.
process.on("SIGUSR1", () => {});

// A signal that came before this line has opened it already. Whoever wants a debugger asks Node for one.
const asked = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? "").split(/\s+/)];
if (!asked.some((option) => option.startsWith("--inspect"))) {
  closeDebugger();
  // Node opens it in a turn of the event loop.
  setImmediate(closeDebugger);
}

function closeDebugger(): void {
  if (inspectorUrl() !== undefined) closeInspector();
}

// They never end a server, and one that starts reads its files anyway. Other commands end with their terminal.
if (process.argv[2] === "serve") {
  for (const signal of ["SIGHUP", "SIGUSR2"]) process.on(signal, () => {});
  for (const signal of ["SIGTERM", "SIGINT"] as const) endOn(signal);
}

/** Ends the process, unless somebody else listens by now: the first process of a container ends by no signal of itself. */
function endOn(signal: "SIGTERM" | "SIGINT"): void {
  const end = () => {
    if (process.listenerCount(signal) > 1) return;
    process.off(signal, end);
    process.kill(process.pid, signal);
    if (process.pid === 1) process.exit(SIGNAL_EXIT + constants.signals[signal]);
  };
  process.on(signal, end);
}
