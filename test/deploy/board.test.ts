/** Grafana's board: each of its queries, asked of a Prometheus that scrapes a server at work. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { createSecureTokenClient, InvalidTokenError } from "../../src/client/node.js";
import { formatKeysetFile } from "../../src/server/keyset-file.js";
import { ROOT } from "../support/buf.js";
import { fileKey } from "../support/keyset-file.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { type ServerProcess, startServer } from "../support/server-process.js";
import { eventually, logLines } from "../support/worker-lines.js";
import { skipWithout } from "../transport/peers/programs.js";
import { type Prometheus, startPrometheus } from "./prometheus.js";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const BOARD = JSON.parse(readFileSync(join(ROOT, "deploy/grafana/secure-token.json"), "utf8"));
const PANELS: readonly Panel[] = BOARD.panels;
const GRAPHS = PANELS.filter(({ type }) => type !== "row");
const QUERIES = GRAPHS.flatMap(({ title, targets = [] }) =>
  targets.map((target) => ({ title, ...target })),
);
const METRICS = readFileSync(join(ROOT, "docs/metrics.md"), "utf8");
/** The server's own metrics, as the documents list them. */
const DOCUMENTED = [...METRICS.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name as string);

/** How many scrapes the queries look at. */
const SCRAPES = 15;

/** A query as Grafana sends it: its variables replaced, and a rate over ten scrapes. */
const toPromql = (expr: string) =>
  expr.replaceAll("$instance", ".*").replaceAll("$__rate_interval", "10s");
/** What a query names as metrics: not functions, labels or keywords. */
const metricsOf = (expr: string) =>
  [...expr.matchAll(/\b(\w+)(?=\{)/g)]
    .map(([, name]) => name as string)
    .filter((name) => name !== "ALERTS" && name !== "up");

describe("deploy/grafana/secure-token.json", () => {
  it("shows every metric of docs/metrics.md", () => {
    const shown = new Set(QUERIES.flatMap(({ expr }) => metricsOf(expr)));
    const families = new Set([...shown].map((name) => name.replace(/_(bucket|sum|count)$/, "")));
    assert.deepEqual(
      DOCUMENTED.filter((name) => !families.has(name)),
      [],
    );
  });

  it("says of each panel what it means, and looks at the chosen servers of one job", () => {
    for (const { title, description } of GRAPHS) assert.ok(description, title);
    for (const { title, expr } of QUERIES) {
      const selectors = [...expr.matchAll(/\w+\{([^}]*)\}/g)].map(([, text]) => text as string);
      for (const text of selectors.filter((text) => !text.includes("alertname"))) {
        assert.match(text, /job="secure-token",instance=~"\$instance"$/, title);
      }
    }
  });

  it("has panels that do not overlap, with ids of their own", () => {
    assert.equal(new Set(PANELS.map(({ id }) => id)).size, PANELS.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of PANELS) {
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(!taken.has(`${x} ${y}`), title);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  describe("asked of Prometheus", { skip: skipWithout("prometheus", "Debian: prometheus") }, () => {
    let server: ServerProcess;
    let prometheus: Prometheus;
    let working: Promise<void>;
    let stopped = false;
    before(async () => {
      const keyset = join(scratchFolder(), "keys.json");
      writeFileSync(keyset, formatKeysetFile([await fileKey("board")]), { mode: 0o600 });
      server = await startServer({ METRICS_PORT: "0", KEYSET_FILE: keyset });
      await eventually(() => logLines(server, "metrics").length === 1);
      const [line] = logLines(server, "metrics");
      prometheus = await startPrometheus(`127.0.0.1:${line?.port}`);
      working = work(server, keyset, () => stopped);
    });
    after(async () => {
      stopped = true;
      await working;
      await prometheus.end();
      await server.end();
    });

    it("every query gives series with the labels that its legend names", async () => {
      // The first scrapes tell no rate yet.
      await eventually(async () => {
        const [scrapes] = await prometheus.query("count_over_time(up[5m])");
        return Number(scrapes?.value[1] ?? 0) >= SCRAPES;
      });
      const empty: string[] = [];
      for (const { title, expr, legendFormat } of QUERIES) {
        const [series] = await prometheus.query(toPromql(expr));
        if (!series) empty.push(title);
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          if (series) assert.ok(series.metric[label as string], `${title}: ${label}`);
        }
      }
      assert.deepEqual(empty, []);
    });

    it("every metric that it names is scraped", async () => {
      const names = await prometheus.names();
      for (const { title, expr } of QUERIES) {
        for (const name of metricsOf(expr)) assert.ok(names.has(name), `${title}: ${name}`);
      }
    });

    it("the alert fires that there is reason for, and no other", async () => {
      const firing = await prometheus.query('ALERTS{alertstate="firing"}');
      const names = firing.map(({ metric }) => metric.alertname);
      assert.deepEqual(names, ["SecureTokenReloadFailed"]);
    });
  });
});

/** Calls, refusals, a cut connection and a faulty file, a few times a second. */
async function work({ url }: ServerProcess, keyset: string, isOver: () => boolean): Promise<void> {
  const client = createSecureTokenClient({ baseUrl: url });
  for (let round = 0; !isOver(); round++) {
    const { token } = await client.generateToken("ada");
    await client.validateToken(token);
    await assert.rejects(client.validateToken("nothing"), InvalidTokenError);
    await fetch(`${url}/securetoken.v1.TokenService/Nothing`, { method: "POST" });
    await beRude(url);
    // A file that no server takes, another one each time.
    writeFileSync(keyset, `no JSON ${round}`);
    await setTimeout(200);
  }
  client.close();
}

/** A PING of stream 1, which RFC 9113, section 6.7, ends a connection for. */
async function beRude(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.end(Buffer.from(`000000040000000000000008060000000001${"00".repeat(8)}`, "hex"));
  await new Promise((resolve) => socket.resume().once("close", resolve));
}
