/** The application's own back end: it knows its users, and it alone issues tokens. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { createSecureTokenClient } from "secure-token-service/client";

const {
  PORT = "3000",
  SECURE_TOKEN_TARGET = "http://127.0.0.1:8080",
  SECURE_TOKEN_API_KEY,
} = process.env;
/** A real back end keeps hashes of passwords. */
const USERS = { ada: { password: "engine", permissions: ["notes:read", "notes:write"] } };

const tokens = createSecureTokenClient({
  baseUrl: SECURE_TOKEN_TARGET,
  apiKey: SECURE_TOKEN_API_KEY,
});
const html = readFileSync(new URL("index.html", import.meta.url));
const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("page.js", import.meta.url))],
  bundle: true,
  format: "esm",
  minify: true,
  write: false,
  define: { TOKEN_SERVICE: JSON.stringify(SECURE_TOKEN_TARGET) },
});

createServer(async (request, response) => {
  const route = `${request.method} ${request.url}`;
  if (route === "GET /") return send(response, 200, "text/html", html);
  if (route === "GET /page.js") return send(response, 200, "text/javascript", outputFiles[0].text);
  if (route !== "POST /sign-in") return send(response, 404, "text/plain", "not found");
  try {
    const { user, password } = await json(request);
    const known = Object.hasOwn(USERS, user) ? USERS[user] : undefined;
    if (known?.password !== password) return send(response, 401, "application/json", "{}");
    const { permissions } = known;
    const { token } = await tokens.generateToken(user, { permissions, expiresInHours: 1 });
    send(response, 200, "application/json", JSON.stringify({ token }));
  } catch {
    send(response, 502, "application/json", "{}");
  }
}).listen(Number(PORT), "127.0.0.1", function () {
  process.stdout.write(`open http://127.0.0.1:${this.address().port}\n`);
});

function send(response, status, type, body) {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(body);
}
