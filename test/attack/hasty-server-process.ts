/** The server as a process that loses patience soon, so that a test of a second sees slow attacks end. */
import { createKeyset, SecureTokenManager } from "../../src/core/index.js";
import { ANYONE } from "../../src/server/callers/callers.js";
import { testKey } from "../support/fixed-manager.js";
import { startProductServer } from "../support/product-server.js";

const limits = {
  detectionTimeoutMs: 300,
  headersTimeoutMs: 300,
  prefaceTimeoutMs: 300,
  leaveTimeoutMs: 1_000,
};
const manager = new SecureTokenManager(createKeyset([await testKey("one")]));
const server = await startProductServer(manager, ANYONE, { limits, defaultTimeoutMs: 300 });
const { token } = manager.generateToken("user_123", { permissions: ["read"] });
process.send?.({ url: server.origin, pid: process.pid, token });
process.once("message", async () => {
  await server.close();
  process.send?.(server.internalErrors);
  process.disconnect();
});
