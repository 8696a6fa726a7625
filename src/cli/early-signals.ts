/** What signals must not do, from the start of a process. Imported before everything else: loading takes a while. */

// It otherwise opens Node's debugger on a local port: whoever reaches that port reads the keys.
process.on("SIGUSR1", () => {});

// They never end a server, and one that starts reads its files anyway. Other commands end with their terminal.
if (process.argv[2] === "serve") {
  for (const signal of ["SIGHUP", "SIGUSR2"]) process.on(signal, () => {});
}
