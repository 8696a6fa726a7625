/** HAProxy with its HTTP client in Lua, as docs/integrate/gateways.md has it. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { documentedExample } from "../transport/peers/documented-examples.js";
import { findProgram, skipWithout } from "../transport/peers/programs.js";
import { startProxy } from "../transport/peers/proxies.js";
import { startEchoApplication } from "./echo-application.js";
import { type Gateway, gatewaySuite } from "./gateway-suite.js";
import { startTokenServer } from "./token-server.js";

const DOCUMENT = "docs/integrate/gateways.md";

const HAPROXY: Gateway = {
  name: "HAProxy",
  source: "Debian: haproxy",
  program: () => findProgram("haproxy"),
  passesTrailers: true,
  statusOfNoVerdict: [503],
  anyToken: { "/authz?permission=": "/authz?path=" },
  audience: { "/authz?permission=": "/authz?audience=orders&permission=" },
  overTls: (authority) => ({
    '"http://': '"https://',
    "global\n": `global\n  httpclient.ssl.ca-file ${authority}\n`,
  }),
  impatient: { "timeout = 60000": "timeout = 1000" },
  cookie: {
    "/authz?permission=": "/authz?cookie=token&permission=",
    '{ "x-user-id",': '{ "cookie", "x-user-id",',
    "  if #shown > 0": `  local cookies = {}
  for _, value in pairs(txn.http:req_get_headers()["cookie"] or {}) do
    cookies[#cookies + 1] = value
  end
  if #cookies > 0 then asked.cookie = { table.concat(cookies, "; ") } end
  if #shown > 0`,
  },
  configure({ folder, port, tokens, application, key }) {
    const script = documentedExample(
      "authz.lua",
      {
        "127.0.0.1:8080": `127.0.0.1:${tokens}`,
        stk_the_api_key_of_the_gateway: key,
        // A machine under load may take its time.
        "timeout = 5000": "timeout = 60000",
      },
      DOCUMENT,
    );
    const example = documentedExample(
      "HAProxy",
      {
        "bind :8443": `bind 127.0.0.1:${port}`,
        "127.0.0.1:3000": `127.0.0.1:${application}`,
        "/etc/haproxy/authz.lua": join(folder, "authz.lua"),
      },
      DOCUMENT,
    );
    writeFileSync(join(folder, "authz.lua"), script);
    writeFileSync(
      join(folder, "haproxy.cfg"),
      example.replace("global\n", "global\n  maxconn 512\n"),
    );
    return ["-db", "-f", join(folder, "haproxy.cfg")];
  },
};

gatewaySuite(HAPROXY);

const { name, source, program } = HAPROXY;
describe("HAProxy's action in Lua", { skip: skipWithout(name, source, program()) }, () => {
  it("admits nobody whose identity HAProxy has no room for", async (t) => {
    const [tokens, application] = [await startTokenServer(), await startEchoApplication()];
    t.after(() => Promise.all([tokens.close(), application.close()]));
    const plan = {
      tokens: tokens.port,
      application: application.port,
      key: tokens.keys.gateway as string,
    };
    const configure = (folder: string, port: number) => {
      const args = HAPROXY.configure({ folder, port, ...plan });
      const file = join(folder, "haproxy.cfg");
      writeFileSync(file, readFileSync(file, "utf8").replace("tune.maxrewrite 16384", ""));
      return args;
    };
    const running = await startProxy({ name, source, program, configure }, tokens.port);
    t.after(() => running.close());
    const permissions = ["orders:read"];
    for (let i = 0; i < 30; i++) permissions.push(String.fromCharCode(0x4e00 + i).repeat(30));
    const statusFor = async (filled: number) => {
      const { token } = tokens.manager.generateToken("ada", {
        permissions,
      });
      const headers: Record<string, string> = { authorization: `Bearer ${token}` };
      for (let i = 0; i < filled; i++) headers[`x-long-${i}`] = "h".repeat(1_000);
      return (await fetch(`http://127.0.0.1:${running.port}/orders`, { headers })).status;
    };
    assert.equal(await statusFor(1), 200);
    assert.equal(application.received().length, 1);
    const statuses = new Set<number>();
    for (let filled = 20; filled < 32; filled++) {
      statuses.add(await statusFor(filled));
      for (const { headers } of application.received()) {
        const told = String(headers["x-permissions"]).split(" ");
        assert.deepEqual(told.map(decodeURIComponent), permissions);
        assert.equal(headers["x-user-id"], "ada");
      }
    }
    assert.ok(statuses.has(503), [...statuses].join());
  });

  it("admits nobody where it fails", async () => {
    const application = await startEchoApplication();
    // Answers 200 as the service does, and tells nobody's identity: the action has no header to set.
    const another = await startEchoApplication();
    const plan = { tokens: another.port, application: application.port, key: "stk_none" };
    const configure = (folder: string, port: number) =>
      HAPROXY.configure({ folder, port, ...plan });
    const running = await startProxy({ name, source, program, configure }, another.port);
    const { status } = await fetch(`http://127.0.0.1:${running.port}/orders`);
    assert.equal(status, 503);
    assert.equal(another.received()[0]?.url, "/authz?permission=orders%3Aread");
    assert.deepEqual(application.received(), []);
    await running.close();
    await application.close();
    await another.close();
  });
});
