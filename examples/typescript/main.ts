/** Starts the notes, with settings from the environment. */
import { createSecureTokenClient } from "secure-token-service/client";
import { createTokenGuard } from "secure-token-service/middleware";
import { createNotes } from "./notes.js";

const { PORT = "8091", TOKEN_SERVICE = "http://127.0.0.1:8080", API_KEY } = process.env;

const client = createSecureTokenClient({ baseUrl: TOKEN_SERVICE, apiKey: API_KEY });
const guard = createTokenGuard(client, {
  // A revoked token may pass for so long; without the cache, for no time.
  cache: { ttlMs: 2000, maxEntries: 10_000 },
  onFault: (error) => process.stderr.write(`not decided: ${error}\n`),
});
const app = createNotes(guard);

process.once("SIGTERM", async () => {
  await app.close();
  client.close();
});

const address = await app.listen({ port: Number(PORT), host: "127.0.0.1" });
process.stdout.write(`notes at ${address}\n`);
