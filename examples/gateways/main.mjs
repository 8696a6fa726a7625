/**
 * Starts a gateway in front of an application without a line of code for tokens, and the service that the
 * gateway asks, all on loopback. `PORT` is the gateway's port, by default 8443.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GATEWAYS } from "./configurations.mjs";

const COMMAND = fileURLToPath(new URL("../../bin/secure-token.js", import.meta.url));
const IDENTITY = ["x-user-id", "x-permissions", "x-token-id", "x-session-id"];

const [name = ""] = process.argv.slice(2);
const gateway = Object.hasOwn(GATEWAYS, name) ? GATEWAYS[name] : undefined;
if (gateway === undefined) {
  process.stderr.write(`usage: main.mjs ${Object.keys(GATEWAYS).join("|")}\n`);
  process.exit(64);
}

const folder = mkdtempSync(join(tmpdir(), "gateway-"));
const children = [];
const application = createServer((request, response) => {
  const told = IDENTITY.map((header) => [header, request.headers[header]]);
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify(Object.fromEntries(told))}\n`);
});
process.once("SIGINT", () => end(0));
process.once("SIGTERM", () => end(0));

const port = Number(process.env.PORT ?? 8443);
await requireFree(port);
const tokens = await startService();
application.listen(0, "127.0.0.1");
await once(application, "listening");
const ports = {
  gateway: port,
  tokens: Number(new URL(tokens).port),
  application: application.address().port,
};
await startGateway();
const token = await issue();
process.stdout.write(`${name} at http://127.0.0.1:${port}, for tokens with orders:read; it asks ${tokens}

  curl -i http://127.0.0.1:${port}/orders
  curl -i http://127.0.0.1:${port}/orders -H 'authorization: Bearer ${token}'

Take the token back, after which it is refused; issue another, for five seconds, and without the permission:

  curl ${tokens}/revoke -d 'token=${token}'
  curl ${tokens}/securetoken.v1.TokenService/GenerateToken -H 'content-type: application/json' \\
    -d '{"userId":"bob","permissions":["orders:write"],"expiresIn":"5s"}'

`);

/** Another gateway at the port would answer in the place of this one, which finds that out later. */
async function requireFree(wanted) {
  const probe = createServer().listen(wanted, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch ({ code }) {
    process.stderr.write(`cannot listen on port ${wanted} (${code}): PORT names another one\n`);
    end(69);
  }
  probe.close();
  await once(probe, "close");
}

/** The service with a key of its own, for this machine alone; gives its address. */
async function startService() {
  const env = { PATH: process.env.PATH, PORT: "0" };
  const service = start(process.execPath, [COMMAND, "serve"], { env, cwd: folder });
  let output = "";
  for await (const chunk of service.stderr) {
    output += chunk;
    const found = /"url":"(http:[^"]+)"/.exec(output);
    if (found) {
      service.stderr.resume();
      return found[1];
    }
  }
  throw new Error(`the service did not start:\n${output}`);
}

async function startGateway() {
  const args = gateway.configure(folder, ports);
  // Debian keeps servers where only root looks; Caddy keeps its last configuration in its user's home.
  const PATH = `${process.env.PATH}:/usr/sbin`;
  const env = { ...process.env, PATH, HOME: folder, XDG_CONFIG_HOME: folder };
  const running = start(gateway.program, args, { env, cwd: folder });
  running.stderr.pipe(process.stderr);
  while (!(await protects(ports.gateway))) await new Promise((resolve) => setTimeout(resolve, 50));
}

function start(program, args, options) {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  children.push(child);
  child.once("error", () => {
    process.stderr.write(`${program} is not installed: ${gateway.source}\n`);
    end(69);
  });
  child.once("exit", () => end(1));
  return child;
}

/** Whether the gateway asks, and refuses a request without a token. */
async function protects(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/orders`)).status === 401;
  } catch {
    return false;
  }
}

/** A token with the permission that every gateway asks for. */
async function issue() {
  const answer = await fetch(`${tokens}/securetoken.v1.TokenService/GenerateToken`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId: "ada", permissions: ["orders:read"] }),
  });
  return (await answer.json()).token;
}

function end(code) {
  for (const child of children) {
    child.removeAllListeners("exit");
    child.kill();
  }
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
