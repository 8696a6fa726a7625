/** What Prometheus sees of a first failure: it takes no increase of a count that begins with 1. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import {
  CallerErrorReasonSchema,
  ErrorReasonSchema,
} from "../../../gen/ts/src/securetoken/v1/error_pb.js";
import { API_KEY_PREFIX, digestApiKey } from "../../../src/server/callers/credentials.js";
import { RefusalMetrics } from "../../../src/server/metrics/refusal-metrics.js";
import { CUT_REASONS } from "../../../src/transport/index.js";
import { samplesOf } from "../../support/samples.js";
import { scratchFolder } from "../../support/scratch-folder.js";
import { type ServerProcess, startServer } from "../../support/server-process.js";
import { eventually, logLines } from "../../support/worker-lines.js";

/** No call's, as error.proto says. */
const OF_NO_CALL = new Set(["UNSPECIFIED", "SETTING_INVALID"]);
const UNKNOWN = 'secure_token_refused_total{kind="CALLER",reason="UNKNOWN_CALLER"}';
const MALFORMED = 'secure_token_refused_total{kind="INVALID_TOKEN",reason="TOKEN_MALFORMED"}';
const FAILED = 'secure_token_config_reload_failures_total{part="callers_file"}';

let server: ServerProcess | undefined;
afterEach(() => server?.end());

/** A server that one gateway may ask, whose callers file and metrics the test has in its hands. */
async function startWithGateway(workers: string) {
  const callers = join(scratchFolder(), "callers.json");
  const key = `${API_KEY_PREFIX}${randomBytes(32).toString("base64url")}`;
  const keys = [{ sha256: digestApiKey(key), created_at: "2026-11-23T11:32:09Z" }];
  const row = { name: "gateway", api_keys: keys, rpcs: ["ValidateToken"] };
  writeFileSync(callers, JSON.stringify({ callers: [row] }));
  const env = { METRICS_PORT: "0", WORKERS: workers, CALLERS_FILE: callers };
  const started = await startServer(env);
  server = started;
  await eventually(() => logLines(started, "metrics").length === 1);
  const [line] = logLines(started, "metrics");
  const count = async (sample: string) => {
    const text = await (await fetch(`http://127.0.0.1:${line?.port}/metrics`)).text();
    const found = text.split("\n").find((each) => each.startsWith(`${sample} `));
    return found === undefined ? undefined : Number(found.split(" ").pop());
  };
  return { url: started.url, key, callers, count };
}

for (const workers of ["1", "2"]) {
  describe(`a first failure with WORKERS=${workers}`, () => {
    it("of a file is counted from 0", async () => {
      const { callers, count } = await startWithGateway(workers);
      assert.equal(await count(FAILED), 0);
      writeFileSync(callers, "no JSON");
      await eventually(async () => (await count(FAILED)) === Number(workers));
    });

    it("of a caller is counted from 0, and no user without a good token is one", async () => {
      const { url, key, count } = await startWithGateway(workers);
      assert.equal(await count(UNKNOWN), 0);
      assert.equal(await count(MALFORMED), 0);
      const validate = (authorization: string, token: string) =>
        fetch(`${url}/securetoken.v1.TokenService/ValidateToken`, {
          method: "POST",
          headers: { "content-type": "application/json", ...(authorization && { authorization }) },
          body: JSON.stringify({ token }),
        });
      assert.equal((await validate(`Bearer ${key}`, "nothing")).status, 401);
      await eventually(async () => (await count(MALFORMED)) === 1);
      assert.equal(await count(UNKNOWN), 0);
      assert.equal((await validate("", "nothing")).status, 401);
      await eventually(async () => (await count(UNKNOWN)) === 1);
    });
  });
}

describe("requests that are no calls", () => {
  it("are counted from 0", async () => {
    const { url, count } = await startWithGateway("1");
    const refused = 'secure_token_refused_requests_total{status="404"}';
    assert.equal(await count(refused), 0);
    assert.equal((await fetch(`${url}/nothing`)).status, 404);
    await eventually(async () => (await count(refused)) === 1);
  });
});

describe("refusals", () => {
  it("are told with 0 before the first, each that error.proto has for calls", () => {
    const refused = samplesOf(new RefusalMetrics().collect(), "secure_token_refused_total");
    const reasons = [...ErrorReasonSchema.values, ...CallerErrorReasonSchema.values]
      .map(({ localName }) => localName)
      .filter((name) => !OF_NO_CALL.has(name));
    assert.deepEqual(refused.map(({ labels }) => labels.reason).sort(), reasons.sort());
    assert.ok(refused.every(({ value }) => value === 0));
  });

  it("of connections are told with 0 before the first, each reason that the transport has", () => {
    const cut = samplesOf(new RefusalMetrics().collect(), "secure_token_connections_cut_total");
    const told = cut.map(({ labels, value }) => `${labels.reason} ${value}`);
    assert.deepEqual(told.sort(), CUT_REASONS.map((reason) => `${reason} 0`).sort());
    assert.equal(new Set(told).size, CUT_REASONS.length);
  });
});
