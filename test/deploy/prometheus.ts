/** A Prometheus of a test's own, which scrapes what it is told to each second. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/buf.js";
import { freePort } from "../support/free-port.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { eventually } from "../support/worker-lines.js";
import { findProgram } from "../transport/peers/programs.js";

/** One series of an answer. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** The instant, and the value as text. */
  readonly value: readonly [number, string];
}

/** One that answers. */
export interface Prometheus {
  /** Evaluates a query now; rejects with Prometheus' words where it is not well-formed. */
  query(expression: string): Promise<readonly Series[]>;
  /** The names of all metrics that were scraped. */
  names(): Promise<ReadonlySet<string>>;
  end(): Promise<void>;
}

/** Starts it with the project's rules; the job is named "secure-token". */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const folder = scratchFolder();
  const port = await freePort();
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    scrape_configs: [{ job_name: "secure-token", static_configs: [{ targets: [target] }] }],
    rule_files: [join(ROOT, "deploy/prometheus/alerts.yml")],
  };
  // JSON is YAML.
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
  const args = [
    `--config.file=${join(folder, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn(findProgram("prometheus") as string, args, { stdio: "pipe" });
  const log = gather(child);
  const origin = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(log());
    return fetch(`${origin}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  const ask = async (path: string) => {
    const answer = await (await fetch(`${origin}/api/v1/${path}`)).json();
    if (answer.status !== "success") throw new Error(answer.error);
    return answer.data;
  };
  return {
    query: async (expression) =>
      (await ask(`query?query=${encodeURIComponent(expression)}`)).result,
    names: async () => new Set<string>(await ask("label/__name__/values")),
    async end() {
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
    },
  };
}

function gather(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      text += chunk;
    });
  }
  return () => text;
}
