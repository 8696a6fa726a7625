/** The server of the request fuzz as a process of its own: a crash of it is a finding, not the end. */
import { createKeyset, SecureTokenManager } from "../../src/core/index.js";
import { testKey } from "../support/fixed-manager.js";
import { startProductServer } from "../support/product-server.js";

const manager = new SecureTokenManager(createKeyset([await testKey("one")]));
const server = await startProductServer(manager);
const options = { permissions: ["read"], expiresInHours: 8760 };
const { token } = manager.generateToken("user_123", options);
process.send?.({ http1: server.origin, http2: server.origin, token });
process.once("message", async () => {
  await server.close();
  process.send?.(server.internalErrors);
  process.disconnect();
});
