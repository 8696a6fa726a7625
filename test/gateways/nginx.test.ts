/** nginx with auth_request, as docs/integrate/gateways.md has it. */
import { documentedExample } from "../transport/peers/documented-examples.js";
import { findProgram } from "../transport/peers/programs.js";
import { writeNginx } from "../transport/peers/proxy-configurations.js";
import { gatewaySuite } from "./gateway-suite.js";

gatewaySuite({
  name: "nginx",
  source: "Debian: nginx",
  program: () => findProgram("nginx"),
  statusOfNoVerdict: [503],
  anyToken: { "/authz?permission=": "/authz?path=" },
  audience: { "/authz?permission=": "/authz?audience=orders&permission=" },
  overTls: (authority) => ({
    "proxy_pass http://tokens/": "proxy_pass https://tokens/",
    "    internal;": `    internal;
    proxy_ssl_verify on;
    proxy_ssl_name localhost;
    proxy_ssl_server_name on;
    proxy_ssl_trusted_certificate ${authority};`,
  }),
  impatient: { "timeout 60s": "timeout 1s" },
  cookie: {
    "/authz?permission=": "/authz?cookie=token&permission=",
    '    proxy_set_header Cookie "";\n': "",
    "proxy_set_header X-User-Id": `auth_request_set $other_cookies $upstream_http_cookie;
    proxy_set_header Cookie $other_cookies;
    proxy_set_header X-User-Id`,
  },
  configure({ folder, port, tokens, application, key }) {
    const example = documentedExample(
      "nginx",
      {
        "listen 443 ssl": `listen 127.0.0.1:${port}`,
        "127.0.0.1:8080": `127.0.0.1:${tokens}`,
        "127.0.0.1:3000": `127.0.0.1:${application}`,
        stk_the_api_key_of_the_gateway: key,
        // A machine under load may take its time.
        "timeout 5s": "timeout 60s",
      },
      "docs/integrate/gateways.md",
    );
    return writeNginx(folder, `large_client_header_buffers 32 16k;\n${example}`);
  },
});
