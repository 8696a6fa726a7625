/** How each server is started. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { digestApiKey } from "../src/server/callers/credentials.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../test/support/tls.js";
import { bundle, ROOT, type Tools } from "./prepare.js";
import { KEY } from "./workload.js";

/** Who answers. */
export type ServerName =
  | "ours"
  | "ours, adapter off"
  | "ours, TLS"
  | "own http2 echo"
  | "node:http2 echo"
  | "grpc-js echo"
  | "grpc-js + jose"
  | "Go"
  | "Go, TLS"
  | "Python";

/** A command line and its environment; PORT is added to it. */
export interface ServerCommand {
  /** Whether it speaks TLS with `TEST_CERTIFICATE`. */
  readonly tls?: boolean;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The key as settings, for every server that has one. */
const KEY_SETTINGS = {
  SECRET_KEY: KEY.secretKey,
  SALT: `base64:${KEY.salt.toString("base64")}`,
  PBKDF2_ITERATIONS: String(KEY.iterations),
};

/** What V8 is told by `npm start`: every Node server here is told the same. */
export const NODE_FLAGS = startFlags();

/** The command of a server; undefined where its tool is missing. */
export function serverCommand(
  name: ServerName,
  tools: Tools,
  callersFile: string,
): ServerCommand | undefined {
  if (name === "ours, TLS" || name === "Go, TLS") {
    const plain = serverCommand(name === "Go, TLS" ? "Go" : "ours", tools, callersFile);
    return plain && overTls(plain, dirname(callersFile));
  }
  const ours = (settings: Record<string, string>) =>
    ourServer({ ...KEY_SETTINGS, CALLERS_FILE: callersFile, ...settings });
  switch (name) {
    case "ours":
      return ours({});
    case "ours, adapter off":
      return ours({ UNARY_ADAPTER: "off" });
    case "own http2 echo":
      return nodeServer([bundle("own-http2-echo")], {});
    case "node:http2 echo":
      return nodeServer([bundle("http2-echo")], {});
    case "grpc-js echo":
      return nodeServer([bundle("grpc-js-echo")], {});
    case "grpc-js + jose":
      return nodeServer([bundle("grpc-js-jose")], {});
    case "Go":
      return tools.go === undefined
        ? undefined
        : { command: tools.go, args: [], env: { ...KEY_SETTINGS, GOMAXPROCS: "1" } };
    case "Python":
      return tools.python === undefined
        ? undefined
        : {
            command: tools.python,
            args: [join(ROOT, "bench/servers/python/server.py")],
            // Its tokens are in the zone of whoever runs it.
            env: { ...KEY_SETTINGS, TZ: "UTC", PYTHONUTF8: "1" },
          };
  }
}

/** Our own server as `npm start` runs it, with these settings. */
export function ourServer(settings: Readonly<Record<string, string>>): ServerCommand {
  return nodeServer([join(ROOT, "dist/cli/main.js"), "serve"], { LOG_LEVEL: "info", ...settings });
}

/** Writes a callers file of so many callers; the key given is the last one's. */
export function writeCallers(file: string, count: number, apiKey: string): string {
  const rpcs = ["GenerateToken", "ValidateToken", "BatchValidateTokens"];
  const grants = { permissions: ["*"], user_id: "*", max_expires_in_hours: 24 };
  const callers = Array.from({ length: count }, (_, i) => {
    const sha256 = digestApiKey(i === count - 1 ? apiKey : `stk_caller-${i}`);
    const keys = [{ sha256, created_at: "2026-11-23T00:00:00Z" }];
    // A limit that is never reached, so that it is counted.
    return { name: `caller-${i}`, api_keys: keys, rpcs, grants, calls_per_second: 1_000_000 };
  });
  writeFileSync(file, JSON.stringify({ callers }));
  return file;
}

/** The same server under TLS; the certificate and its key are written into a folder. */
function overTls(command: ServerCommand, folder: string): ServerCommand {
  const files = { TLS_CERT_FILE: join(folder, "cert.pem"), TLS_KEY_FILE: join(folder, "key.pem") };
  writeFileSync(files.TLS_CERT_FILE, TEST_CERTIFICATE);
  writeFileSync(files.TLS_KEY_FILE, TEST_CERTIFICATE_KEY, { mode: 0o600 });
  return { ...command, env: { ...command.env, ...files }, tls: true };
}

function nodeServer(args: readonly string[], env: Record<string, string>): ServerCommand {
  return { command: process.execPath, args: [...NODE_FLAGS, ...args], env };
}

function startFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const flags = /node (.*)bin\/secure-token\.js serve/.exec(scripts.start)?.[1];
  if (flags === undefined) throw new Error("the start script of package.json starts no server");
  return flags.split(" ").filter((flag) => flag !== "");
}
