/** Ports for programs that cannot take port 0 themselves. */
import { createServer } from "node:net";

/** A loopback TCP port that nothing listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new Error("the probe has no port")),
      );
    });
  });
}
