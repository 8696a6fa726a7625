/** `/tokenreview`, asked by the webhook authenticator of Kubernetes' own API server, with the kubeconfig of the documents. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "../support/buf.js";
import { HOUR_MICROS } from "../support/fixed-manager.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";
import { documentedExample } from "../transport/peers/documented-examples.js";
import { skipWithout } from "../transport/peers/programs.js";
import { startTokenServer, type TokenServer } from "./token-server.js";

const SOURCE = join(ROOT, "test/gateways/apiserver");
const API_SERVER = "https://kubernetes.default.svc";
const NOT_VALID = "the bearer token is not valid";

interface Verdict {
  readonly authenticated: boolean;
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: string[];
  readonly extra?: Record<string, string[]>;
  readonly audiences?: string[];
  readonly error?: string;
}

/** The authenticator, a process of its own. */
class ApiServer {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  /** @param authority whom it trusts to vouch for the service, as PEM */
  constructor(program: string, port: number, key: string, authority = TEST_CERTIFICATE) {
    const folder = scratchFolder();
    const [ca, kubeconfig] = [join(folder, "ca.pem"), join(folder, "webhook.yaml")];
    writeFileSync(ca, authority);
    const example = documentedExample(
      "Kubernetes",
      {
        "https://tokens.example.com/": `https://localhost:${port}/`,
        "/etc/kubernetes/secure-token-ca.pem": ca,
        stk_the_api_key_of_the_gateway: key,
      },
      "docs/integrate/gateways.md",
    );
    writeFileSync(kubeconfig, example);
    // Its log tells of each call that fails.
    this.#process = spawn(program, [kubeconfig], { stdio: ["pipe", "pipe", "ignore"] });
    this.#reader = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** What it makes of a request with a token. */
  async authenticate(token: string, audiences: string[] = [API_SERVER]): Promise<Verdict> {
    this.#process.stdin?.write(`${JSON.stringify({ token, audiences })}\n`);
    const { value, done } = await this.#lines.next();
    assert.ok(!done, "the authenticator has ended");
    return JSON.parse(value);
  }

  close(): void {
    this.#reader.close();
    this.#process.kill();
  }
}

describe("Kubernetes' webhook authenticator", { skip: skipWithout("go", "go.dev") }, () => {
  const program = join(scratchFolder(), "apiserver");
  let tokens: TokenServer;
  let asking: ApiServer;
  before(async () => {
    await promisify(execFile)("go", ["build", "-o", program, "."], { cwd: SOURCE });
    tokens = await startTokenServer({ tls: { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY } });
    asking = new ApiServer(program, tokens.port, tokens.keys.gateway as string);
  });
  after(async () => {
    asking?.close();
    await tokens?.close();
  });

  const issue = (permissions: string[] = [], audiences = [API_SERVER], userId = "ada") =>
    tokens.manager.generateToken(userId, { permissions, audiences, expiresInHours: 1 });
  const refused = async (token: string, error: string, audiences?: string[]) =>
    assert.deepEqual(await asking.authenticate(token, audiences), { authenticated: false, error });

  it("learns user, groups and audiences of a valid token", async () => {
    const issued = issue(["k8s:developers", "orders:read"]);
    assert.deepEqual(await asking.authenticate(issued.token), {
      authenticated: true,
      username: "ada",
      uid: "ada",
      groups: ["developers"],
      extra: {
        "securetoken.dev/permissions": ["k8s:developers", "orders:read"],
        "securetoken.dev/token-id": [issued.tokenId],
        "securetoken.dev/session-id": [issued.sessionId],
      },
      audiences: [API_SERVER],
    });
  });

  it("learns of no group where no permission names one", async () => {
    const { authenticated, groups } = await asking.authenticate(issue(["orders:read"]).token);
    assert.deepEqual([authenticated, groups], [true, undefined]);
  });

  it("authenticates for one of several audiences, and for none by a token that is for others", async () => {
    const { token } = issue([], ["orders", API_SERVER]);
    const { audiences } = await asking.authenticate(token, ["billing", API_SERVER]);
    assert.deepEqual(audiences, [API_SERVER]);
    // The authenticator does not look at the reason where the answer names no audience that it asked for.
    assert.deepEqual(await asking.authenticate(token, ["billing"]), { authenticated: false });
    await refused(issue([], ["orders"]).token, NOT_VALID);
    await refused(issue([], []).token, NOT_VALID);
  });

  it("authenticates any token where the API server names no audience", async () => {
    const { authenticated, audiences } = await asking.authenticate(issue([], ["orders"]).token, []);
    assert.deepEqual([authenticated, audiences], [true, undefined]);
  });

  it("authenticates nobody by a token that is malformed, revoked or expired", async () => {
    const { token } = issue();
    for (const malformed of [
      "none",
      `${token}A`,
      `Bearer ${token}`,
      `${token}, ${token}`,
      "a\0b",
    ]) {
      await refused(malformed, NOT_VALID);
    }
    assert.equal((await asking.authenticate(token)).authenticated, true);
    await tokens.revoke(token);
    await refused(token, NOT_VALID);
    const expiring = issue().token;
    tokens.clock.micros += 2 * HOUR_MICROS;
    await refused(expiring, "the bearer token has expired");
  });

  it("authenticates nobody as a user or a group of the cluster's own", async () => {
    for (const { token } of [
      issue([], [API_SERVER], "system:admin"),
      issue(["k8s:system:masters"]),
    ]) {
      const { authenticated, username } = await asking.authenticate(token);
      assert.deepEqual([authenticated, username], [false, undefined]);
    }
  });

  it("authenticates nobody by a token of 64 KiB", async () => {
    const { authenticated, error } = await asking.authenticate("x".repeat(64 * 1024));
    assert.equal(authenticated, false);
    assert.ok(error);
  });

  it("authenticates nobody where its own key is not known, or may not ask", async (t) => {
    for (const key of ["stk_unknown", tokens.keys.other as string]) {
      const other = new ApiServer(program, tokens.port, key);
      t.after(() => other.close());
      const { authenticated, error } = await other.authenticate(issue().token);
      assert.equal(authenticated, false);
      assert.ok(error && !error.includes(key), error);
    }
  });

  it("asks nobody whom its authority does not vouch for", async (t) => {
    const authority = readFileSync(new URL("../support/certs/ca.pem", import.meta.url), "utf8");
    const other = new ApiServer(program, tokens.port, tokens.keys.gateway as string, authority);
    t.after(() => other.close());
    const { authenticated, error } = await other.authenticate(issue().token);
    assert.equal(authenticated, false);
    assert.match(error ?? "", /certificate/);
  });

  it("authenticates nobody while the service is away", async () => {
    const { token } = issue();
    await tokens.close();
    const { authenticated, error } = await asking.authenticate(token);
    assert.equal(authenticated, false);
    assert.ok(error);
  });
});
