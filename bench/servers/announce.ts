/** How a server process tells the benchmark that it listens, and ends when told. */

/** Prints the origin; ends the process in order on SIGTERM. */
export function announce(origin: string, close: () => unknown): void {
  process.stdout.write(`${origin}\n`);
  process.once("SIGTERM", async () => {
    await close();
    process.exit(0);
  });
}
