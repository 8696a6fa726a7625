/** Every entry of the package can be loaded; a call over each protocol of Node. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const NAME = "secure-token-service";
const manifest = createRequire(import.meta.url).resolve(`${NAME}/package.json`);
const { exports } = JSON.parse(readFileSync(manifest, "utf8"));
for (const entry of Object.keys(exports).filter((name) => name !== "./package.json")) {
  await import(NAME + entry.slice(1));
}

for (const [entry, options] of [
  ["client", { baseUrl: process.env.SERVER, protocol: "connect" }],
  ["client", { baseUrl: process.env.SERVER, protocol: "grpc" }],
  ["client/grpc-js", { address: new URL(process.env.SERVER).host }],
]) {
  const { createSecureTokenClient } = await import(`${NAME}/${entry}`);
  const client = createSecureTokenClient(options);
  const { token } = await client.generateToken("user_123", { permissions: ["read"] });
  const { userId, permissions } = await client.validateToken(token);
  process.stdout.write(`${userId} ${permissions}\n`);
  const error = await client.validateToken("nothing").catch((reason) => reason);
  process.stdout.write(`${error.name}\n`);
  client.close();
}
