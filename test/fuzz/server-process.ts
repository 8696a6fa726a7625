/** The server of the request fuzz as a process of its own: a crash of it is a finding, not the end. */
import { createKeyset, SecureTokenManager } from "../../src/core/index.js";
import { tokenRoutes } from "../../src/service/index.js";
import { testKey } from "../support/fixed-manager.js";
import { startPlainServer } from "../support/plain-server.js";

const manager = new SecureTokenManager(createKeyset([await testKey("one")]));
const server = await startPlainServer(tokenRoutes(manager));
const options = { permissions: ["read"], expiresInHours: 8760 };
const { token } = manager.generateToken("user_123", options);
process.send?.({ http1: server.http1, http2: server.http2, token });
process.once("message", async () => {
  await server.close();
  process.send?.(server.internalErrors.map(String));
  process.disconnect();
});
