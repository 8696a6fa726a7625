/** Our server, as a process. The one place to change when the product's own server stands. */
import { createKeyset, deriveKey, SecureTokenManager } from "../../src/core/index.js";
import { tokenRoutes } from "../../src/service/index.js";
import { EXCHANGE_KEY } from "../../test/python/driver.js";
import { startPlainServer } from "../../test/support/plain-server.js";
import { announce } from "./announce.js";

const key = { ...(await deriveKey(EXCHANGE_KEY)), state: "PRIMARY" as const };
const manager = new SecureTokenManager(createKeyset([key]));
const server = await startPlainServer(tokenRoutes(manager));
announce(server.http2, () => server.close());
