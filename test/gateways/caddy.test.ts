/** Caddy with forward_auth, as docs/integrate/gateways.md has it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentedExample } from "../transport/peers/documented-examples.js";
import { findProgram } from "../transport/peers/programs.js";
import { gatewaySuite } from "./gateway-suite.js";

gatewaySuite({
  name: "Caddy",
  source: "Debian: caddy",
  program: () => findProgram("caddy"),
  statusOfNoVerdict: [503],
  statusWhileAway: [502],
  anyToken: { "/authz?permission=": "/authz?path=" },
  audience: { "/authz?permission=": "/authz?audience=orders&permission=" },
  overTls: (authority) => ({
    "forward_auth ": "forward_auth https://",
    "      transport http {": `      transport http {
        tls_trusted_ca_certs ${authority}`,
  }),
  impatient: { "timeout 60s": "timeout 1s" },
  cookie: {
    "/authz?permission=": "/authz?cookie=token&permission=",
    "      header_up -Cookie\n": "",
    "copy_headers X-User-Id": "copy_headers Cookie X-User-Id",
  },
  configure({ folder, port, tokens, application, key }) {
    const example = documentedExample(
      "Caddy",
      {
        "api.example.com": `http://127.0.0.1:${port}`,
        "127.0.0.1:8080": `127.0.0.1:${tokens}`,
        "127.0.0.1:3000": `127.0.0.1:${application}`,
        stk_the_api_key_of_the_gateway: key,
        // A machine under load may take its time.
        "timeout 5s": "timeout 60s",
      },
      "docs/integrate/gateways.md",
    );
    const file = join(folder, "Caddyfile");
    writeFileSync(file, `{\n  admin off\n}\n${example}`);
    return ["run", "--config", file, "--adapter", "caddyfile"];
  },
});
