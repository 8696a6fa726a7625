/** What each proxy needs to pass h2c on `port` to h2c on `upstream`; gives the arguments of its program. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** nginx, from h2c to h2c. */
export function configureNginx(folder: string, port: number, upstream: number): string[] {
  return writeNginx(
    folder,
    `
  upstream tokens { server 127.0.0.1:${upstream}; keepalive 16; }
  server {
    listen 127.0.0.1:${port} http2;
    http2_max_requests 1000000;
    keepalive_requests 1000000;
    location / { grpc_pass grpc://tokens; }
  }`,
  );
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
  upstream tokens { ${servers} keepalive 16; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 1000000;
    location / {
      proxy_pass http://tokens;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }`,
  );
}

/** @param http what stands in the block `http` beside the files' places */
function writeNginx(folder: string, http: string): string[] {
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

export function configureHaproxy(folder: string, port: number, upstream: number): string[] {
  const config = `
global
  maxconn 512
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend tokens
  bind 127.0.0.1:${port} proto h2
  default_backend servers
backend servers
  server one 127.0.0.1:${upstream} proto h2
`;
  writeFileSync(join(folder, "haproxy.cfg"), config);
  return ["-db", "-f", join(folder, "haproxy.cfg")];
}

/** Caddy, in its own JSON: the Caddyfile of docs/proxies.md, without certificates and an admin port. */
export function configureCaddy(folder: string, port: number, upstream: number): string[] {
  const proxy = {
    handler: "reverse_proxy",
    transport: { protocol: "http", versions: ["h2c", "2"] },
    upstreams: [{ dial: `127.0.0.1:${upstream}` }],
  };
  const server = {
    listen: [`127.0.0.1:${port}`],
    protocols: ["h1", "h2c"],
    automatic_https: { disable: true },
    routes: [{ handle: [proxy] }],
  };
  const config = {
    admin: { disabled: true, config: { persist: false } },
    apps: { http: { servers: { tokens: server } } },
  };
  writeFileSync(join(folder, "caddy.json"), JSON.stringify(config));
  return ["run", "--config", join(folder, "caddy.json")];
}

export function configureEnvoy(folder: string, port: number, upstream: number): string[] {
  const address = (portValue: number) => ({
    socket_address: { address: "127.0.0.1", port_value: portValue },
  });
  const manager = {
    "@type":
      "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    stat_prefix: "tokens",
    codec_type: "HTTP2",
    http_filters: [
      {
        name: "envoy.filters.http.router",
        typed_config: {
          "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
        },
      },
    ],
    route_config: {
      virtual_hosts: [
        {
          name: "tokens",
          domains: ["*"],
          routes: [{ match: { prefix: "/" }, route: { cluster: "tokens", timeout: "60s" } }],
        },
      ],
    },
  };
  const http2 = {
    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
    explicit_http_config: { http2_protocol_options: {} },
  };
  const config = {
    static_resources: {
      listeners: [
        {
          address: address(port),
          filter_chains: [
            {
              filters: [
                {
                  name: "envoy.filters.network.http_connection_manager",
                  typed_config: manager,
                },
              ],
            },
          ],
        },
      ],
      clusters: [
        {
          name: "tokens",
          type: "STATIC",
          typed_extension_protocol_options: {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2,
          },
          load_assignment: {
            cluster_name: "tokens",
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(upstream) } }] }],
          },
        },
      ],
    },
  };
  writeFileSync(join(folder, "envoy.json"), JSON.stringify(config));
  // Several may run on one machine: no shared memory of hot restarts.
  return ["-c", join(folder, "envoy.json"), "--disable-hot-restart", "--concurrency", "1"];
}
