/** Our server, as a process. */
import { createKeyset, deriveKey, SecureTokenManager } from "../../src/core/index.js";
import { EXCHANGE_KEY } from "../../test/python/driver.js";
import { startProductServer } from "../../test/support/product-server.js";
import { announce } from "./announce.js";

const key = { ...(await deriveKey(EXCHANGE_KEY)), state: "PRIMARY" as const };
const manager = new SecureTokenManager(createKeyset([key]));
const server = await startProductServer(manager);
announce(server.origin, () => server.close());
