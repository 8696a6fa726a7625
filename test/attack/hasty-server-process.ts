/** The server as a process that loses patience soon, so that a test of seconds sees slow attacks end. */
import { createKeyset, SecureTokenManager } from "../../src/core/index.js";
import { ANYONE } from "../../src/server/callers/callers.js";
import { testKey } from "../support/fixed-manager.js";
import { startProductServer } from "../support/product-server.js";

/** An honest client of a machine under load must not seem slow, in milliseconds. */
const PATIENCE_MS = 2_000;
const limits = {
  detectionTimeoutMs: PATIENCE_MS,
  headersTimeoutMs: PATIENCE_MS,
  keepAliveTimeoutMs: PATIENCE_MS,
  prefaceTimeoutMs: PATIENCE_MS,
  leaveTimeoutMs: PATIENCE_MS,
};
const manager = new SecureTokenManager(createKeyset([await testKey("one")]));
const server = await startProductServer(manager, ANYONE, { limits, defaultTimeoutMs: PATIENCE_MS });
const { token } = manager.generateToken("user_123", { permissions: ["read"] });
process.send?.({ url: server.origin, pid: process.pid, token });
process.once("message", async () => {
  await server.close();
  process.send?.(server.internalErrors);
  process.disconnect();
});
