/**
 * What each proxy needs to pass h2c on `port` to h2c on `upstreams`, of which any may be stopped while the others serve;
 * gives the arguments of its program.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentedExample } from "./documented-examples.js";

/** nginx, from h2c to h2c. */
export function configureNginx(folder: string, port: number, ...upstreams: number[]): string[] {
  const servers = upstreams.map((upstream) => `server 127.0.0.1:${upstream} max_fails=0;`);
  const example = documentedExample("nginx", {
    "server 10.0.0.1:8080 max_fails=0;": servers.join(" "),
    "listen 8080": `listen 127.0.0.1:${port}`,
  });
  return writeNginx(folder, example);
}

/** nginx, from HTTP/1.1 to HTTP/1.1, with connections kept on both sides. */
export function configureNginxForHttp1(
  folder: string,
  port: number,
  ...upstreams: number[]
): string[] {
  const servers = upstreams.map((upstream) => `server 127.0.0.1:${upstream};`).join(" ");
  return writeNginx(
    folder,
    `
  upstream tokens { ${servers} keepalive 16; keepalive_requests 1000000; keepalive_timeout 1s; }
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 1000000;
    location / {
      proxy_pass http://tokens;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }`,
  );
}

/** nginx. @param http what stands in the block `http` beside the files' places */
export function writeNginx(folder: string, http: string): string[] {
  const config = `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr warn;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
${http}
}`;
  writeFileSync(join(folder, "nginx.conf"), config);
  return ["-c", join(folder, "nginx.conf"), "-e", "stderr", "-p", folder];
}

/** HAProxy, from h2c to h2c. */
export function configureHaproxy(folder: string, port: number, ...upstreams: number[]): string[] {
  const servers = upstreams.map((upstream, i) => `server s${i} 127.0.0.1:${upstream} proto h2`);
  const example = documentedExample("HAProxy", {
    "server one 10.0.0.1:8080 proto h2": servers.join("\n  "),
    "bind :8080": `bind 127.0.0.1:${port}`,
    ...(upstreams.length > 1 && { "mode http": "mode http\n  option redispatch 1" }),
  });
  writeFileSync(join(folder, "haproxy.cfg"), `global\n  maxconn 512\n${example}`);
  return ["-db", "-f", join(folder, "haproxy.cfg")];
}

/** Envoy, from h2c to h2c. */
export function configureEnvoy(folder: string, port: number, ...upstreams: number[]): string[] {
  const endpoint = (address: string) =>
    `            - endpoint: { address: { socket_address: { ${address} } } }\n`;
  const endpoints = upstreams.map((it) => endpoint(`address: 127.0.0.1, port_value: ${it}`));
  const example = documentedExample("Envoy", {
    [endpoint("address: tokens, port_value: 8080")]: endpoints.join(""),
  });
  const retries = upstreams.length > 1 ? documentedExample("Several servers", {}) : "";
  const [inRoute = "", inCluster = ""] = retries.split(/^(?=circuit_breakers)/m);
  const config = `
static_resources:
  listeners:
    - address: { socket_address: { address: 127.0.0.1, port_value: ${port} } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: tokens
                codec_type: HTTP2
                use_remote_address: true
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                route_config:
                  virtual_hosts:
                    - name: tokens
                      domains: ["*"]
                      routes:
                        - match: { prefix: / }
                          route:
                            cluster: tokens
                            timeout: 60s
${indented(28, inRoute)}
${indented(2, example)}
${indented(6, inCluster)}`;
  writeFileSync(join(folder, "envoy.yaml"), config);
  // Several may run on one machine: no shared memory of hot restarts.
  return ["-c", join(folder, "envoy.yaml"), "--disable-hot-restart", "--concurrency", "1"];
}

function indented(spaces: number, text: string): string {
  return text.replace(/^(?=.)/gm, " ".repeat(spaces));
}
