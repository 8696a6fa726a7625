/** A fleet on a real Redis. */
import { skipWithoutRedis, startRedis } from "../support/redis.js";
import { startStallingProxy } from "../support/stalling-proxy.js";
import { fleetSuite } from "./fleet-suite.js";

fleetSuite(
  "Redis",
  async () => {
    const { port, process, command, close } = await startRedis([
      "--user",
      "fleet",
      "on",
      ">fleet-password",
      "~*",
      "&*",
      "+@all",
    ]);
    const proxy = await startStallingProxy(port);
    return {
      url: `redis://fleet:fleet-password@127.0.0.1:${proxy.port}`,
      process,
      proxy,
      async close() {
        await proxy.close();
        await close();
      },
      wipe: () => command("FLUSHALL"),
    };
  },
  skipWithoutRedis(),
);
