/** Starts the notes, with settings from the environment. */
import { readFileSync } from "node:fs";
import { createSecureTokenClient } from "secure-token-service/client";
import { createTokenGuard, WatchedVerifier } from "secure-token-service/middleware";
import { createNotes } from "./notes.js";
import { VerifierReport } from "./verifier-report.js";

const { PORT = "8091", MAX_STALENESS_SECONDS = "10", TIMEOUT_SECONDS = "5" } = process.env;
const {
  SECURE_TOKEN_TARGET = "http://127.0.0.1:8080",
  SECURE_TOKEN_API_KEY,
  SECURE_TOKEN_API_KEY_FILE,
  SECURE_TOKEN_CA_FILE,
} = process.env;

const client = createSecureTokenClient({
  baseUrl: SECURE_TOKEN_TARGET,
  apiKey: SECURE_TOKEN_API_KEY,
  apiKeyFile: SECURE_TOKEN_API_KEY_FILE,
  ...(SECURE_TOKEN_CA_FILE && { nodeOptions: { ca: readFileSync(SECURE_TOKEN_CA_FILE) } }),
  defaultTimeoutMs: Number(TIMEOUT_SECONDS) * 1000,
});
const report = new VerifierReport();
const verifier = new WatchedVerifier(client, {
  // What is known of revocations may be so old; beyond it each request asks the token service.
  maxStalenessMs: Number(MAX_STALENESS_SECONDS) * 1000,
  onEvent: (event) => report.count(event),
});
const guard = createTokenGuard(client, {
  watch: verifier,
  onFault: (error) => process.stderr.write(`not decided: ${error}\n`),
});
const app = createNotes(guard, () => report.of(verifier.state));

process.once("SIGTERM", async () => {
  await app.close();
  verifier.close();
  client.close();
});

const address = await app.listen({ port: Number(PORT), host: "127.0.0.1" });
process.stdout.write(`notes at ${address}\n`);
