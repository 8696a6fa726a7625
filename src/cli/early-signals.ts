/**
 * Takes SIGUSR1, which otherwise opens Node's debugger on a local port: whoever reaches that port reads
 * the keys. Imported before everything else, since a process can be signalled from its start.
 */
process.on("SIGUSR1", () => {});
