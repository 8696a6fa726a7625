/** Caddy, from h2c to h2c: without certificates and without a port for administration. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentedExample } from "./documented-examples.js";
import { findProgram } from "./programs.js";

/** The oldest version that the example with retries is tried with. */
const RETRIES_SINCE = [2, 11, 2];
const OTHER_SERVER = "lb_try_duration 2s";
const OPTIONS = "{\n  admin off\n  servers {\n    protocols h1 h2c\n  }\n}\n";

/** With one server Caddy sends calls again where it can, with several it waits for another one of them. */
export function configureCaddy(folder: string, port: number, ...upstreams: number[]): string[] {
  const isAlone = upstreams.length === 1;
  const servers = upstreams.map((upstream) => `h2c://127.0.0.1:${upstream}`).join(" ");
  const example = documentedExample(isAlone && caddyRetries() ? "Caddy with retries" : "Caddy", {
    "h2c://10.0.0.1:8080": isAlone ? servers : `${servers} {\n    ${OTHER_SERVER}\n  }`,
    "tokens.example.com": `http://127.0.0.1:${port}`,
  });
  const file = join(folder, "Caddyfile");
  writeFileSync(file, OPTIONS + example);
  return ["run", "--config", file, "--adapter", "caddyfile"];
}

/** Whether the Caddy that is installed can send a call with its body again. */
export function caddyRetries(): boolean {
  const output = execFileSync(findProgram("caddy") as string, ["version"], { encoding: "utf8" });
  const version = /(\d+)\.(\d+)\.(\d+)/.exec(output)?.slice(1).map(Number) ?? [];
  const at = RETRIES_SINCE.findIndex((part, i) => part !== version[i]);
  return at < 0 || (version[at] ?? 0) > (RETRIES_SINCE[at] as number);
}
