/** The chart for Kubernetes: what Helm makes of it, and that the server starts with what it sets. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { SETTINGS } from "../../src/server/config/settings.js";
import { formatKeysetFile } from "../../src/server/keyset-file.js";
import { ROOT } from "../support/buf.js";
import { fileKey } from "../support/keyset-file.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand } from "../support/server-process.js";
import { FLEET, RIGHT_VALUES, type Values, WRONG_VALUES } from "./chart-values.js";
import { CHART, helm, type Resource, readPlainYaml, render, skipWithoutHelm } from "./helm.js";

const MOUNTS = "/run/secure-token";
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const certificate = (name: string) => read(`test/support/certs/${name}`);

/** Each resource of a kind. */
const ofKind = (resources: readonly Resource[], kind: string) =>
  resources.filter((resource) => resource.kind === kind);
/** The only one of a kind. */
function only(resources: readonly Resource[], kind: string): Resource {
  const found = ofKind(resources, kind);
  assert.equal(found.length, 1, kind);
  return found[0] as Resource;
}
const selects = (selector: Record<string, string>, labels: Record<string, string>) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

describe("deploy/helm/secure-token", { skip: skipWithoutHelm() }, () => {
  for (const [what, values] of Object.entries(RIGHT_VALUES)) {
    describe(`with ${what}`, () => {
      // Read by Kubernetes' own schemas: render throws where one is broken.
      const resources = render(values);
      const deployment = only(resources, "Deployment");
      const pod = deployment.spec.template;
      const [container] = pod.spec.containers;

      it("has nothing that helm lint finds", () => {
        const { code, output } = helm("lint", values);
        assert.equal(code, 0, output);
      });

      it("has pods of the restricted kind, with nothing to write on and no token", () => {
        for (const { spec } of [pod, only(resources, "Pod")]) {
          const { securityContext, automountServiceAccountToken, enableServiceLinks } = spec;
          assert.equal(automountServiceAccountToken, false);
          assert.equal(enableServiceLinks, false);
          assert.equal(securityContext.runAsNonRoot, true);
          assert.deepEqual(securityContext.seccompProfile, { type: "RuntimeDefault" });
          for (const each of spec.containers) {
            assert.equal(each.securityContext.allowPrivilegeEscalation, false);
            assert.equal(each.securityContext.readOnlyRootFilesystem, true);
            assert.deepEqual(each.securityContext.capabilities, { drop: ["ALL"] });
            assert.ok(each.resources.requests.cpu && each.resources.limits.memory);
          }
        }
      });

      it("mounts each Secret as files that fsGroup reads, and no other volume but data", () => {
        assert.equal(pod.spec.securityContext.fsGroup, pod.spec.securityContext.runAsUser);
        for (const { name, secret } of pod.spec.volumes ?? []) {
          if (name !== "data") assert.equal(secret.defaultMode, 0o440, name);
        }
        const names = (pod.spec.volumes ?? []).map(({ name }: { name: string }) => name);
        const mounted = container.volumeMounts.map(({ name }: { name: string }) => name);
        assert.deepEqual(mounted, names);
      });

      it("sets what the server starts with, and nothing secret in the environment", async () => {
        const home = await mountedSecrets();
        const env = Object.fromEntries(
          container.env.map(({ name, value }: { name: string; value: string }) => {
            assert.ok(SETTINGS[name]?.readers.includes("serve") && !SETTINGS[name]?.secret, name);
            return [name, value.replace(MOUNTS, home)];
          }),
        );
        if (env.DATA_DIR) env.DATA_DIR = scratchFolder();
        const cwd = container.workingDir?.replace(MOUNTS, home) ?? home;
        const { code, output } = await runCommand(["config", "check"], env, { cwd });
        assert.equal(code, 0, output);
      });

      it("leads every selector to the server's pods, and to those alone", () => {
        const labels = pod.metadata.labels;
        const tester = only(resources, "Pod").metadata.labels;
        const selectors = [
          deployment.spec.selector.matchLabels,
          only(resources, "PodDisruptionBudget").spec.selector.matchLabels,
          ...ofKind(resources, "Service").map(({ spec }) => spec.selector),
        ];
        const policies = ofKind(resources, "NetworkPolicy");
        if (policies.length > 0) {
          const [ofServers, ofTester] = policies.map(({ spec }) => spec.podSelector.matchLabels);
          selectors.push(ofServers);
          assert.ok(selects(ofTester, tester));
          assert.ok(!selects(ofTester, labels));
        }
        for (const selector of selectors) {
          assert.ok(selects(selector, labels));
          assert.ok(!selects(selector, tester));
        }
      });

      it("lets the pod of helm test, and who it asks, reach one another by both policies", () => {
        const [ofServers, ofTester] = ofKind(resources, "NetworkPolicy").map(({ spec }) => spec);
        if (!ofServers) return;
        const tester = only(resources, "Pod").metadata.labels;
        const admitted = ofServers.ingress[0].from.map(
          ({ podSelector }: { podSelector?: { matchLabels?: Record<string, string> } }) =>
            podSelector !== undefined && selects(podSelector.matchLabels ?? {}, tester),
        );
        assert.ok(admitted.includes(true));
        const [, toServers] = ofTester.egress;
        assert.ok(selects(toServers.to[0].podSelector.matchLabels, pod.metadata.labels));
        const { containerPort } = container.ports.find(
          ({ name }: { name: string }) => name === "tokens",
        );
        assert.deepEqual(toServers.ports, [{ port: containerPort, protocol: "TCP" }]);
        assert.equal(ofTester.ingress, undefined);
      });

      it("probes a port that the pod has", () => {
        const ports = container.ports.map(({ name }: { name: string }) => name);
        for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
          const { httpGet, grpc } = container[probe];
          if (values.probes === "grpc") assert.equal(grpc.port, 8080);
          else assert.ok(ports.includes(httpGet.port));
        }
      });
    });
  }

  it("listens on IPv6 where it is told to, for calls and for probes", () => {
    const hostsOf = (values: Values) => {
      const { env } = only(render(values), "Deployment").spec.template.spec.containers[0];
      return ["HOST", "METRICS_HOST"].map((setting) => {
        return env.find(({ name }: { name: string }) => name === setting)?.value;
      });
    };
    assert.deepEqual(hostsOf(FLEET), ["0.0.0.0", "0.0.0.0"]);
    assert.deepEqual(hostsOf({ ...FLEET, host: "::" }), ["::", "::"]);
  });

  it("leaves the number of replicas to the autoscaler", () => {
    const resources = render(RIGHT_VALUES["everything at once"] ?? {});
    const deployment = only(resources, "Deployment");
    assert.equal(deployment.spec.replicas, undefined);
    const { scaleTargetRef } = only(resources, "HorizontalPodAutoscaler").spec;
    assert.equal(scaleTargetRef.name, deployment.metadata.name);
    assert.equal(only(render(FLEET), "Deployment").spec.replicas, 2);
  });

  it("has the very rules and the very board of deploy/", () => {
    const resources = render(RIGHT_VALUES["everything at once"] ?? {});
    const [rules] = readPlainYaml(join(ROOT, "deploy/prometheus/alerts.yml"));
    assert.deepEqual(only(resources, "PrometheusRule").spec, rules);
    const board = only(resources, "ConfigMap").data?.["secure-token.json"] ?? "";
    assert.deepEqual(JSON.parse(board), JSON.parse(read("deploy/grafana/secure-token.json")));
    const monitor = only(resources, "ServiceMonitor").spec;
    const scraped = ofKind(resources, "Service").filter(({ metadata }) =>
      selects(monitor.selector.matchLabels, metadata.labels),
    );
    assert.equal(scraped.length, 1);
    // The job that rules and board look at.
    assert.equal(scraped[0]?.metadata.labels[monitor.jobLabel], "secure-token");
  });

  it("keeps the volume of revocations when the release is removed", () => {
    const resources = render(RIGHT_VALUES["one server with a volume"] ?? {});
    const { metadata } = only(resources, "PersistentVolumeClaim");
    assert.equal(metadata.annotations?.["helm.sh/resource-policy"], "keep");
    assert.equal(only(resources, "Deployment").spec.strategy.type, "Recreate");
  });

  it("takes the values of its document", () => {
    const document = read("docs/operate/kubernetes.md");
    const blocks = [...document.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)];
    assert.equal(blocks.length, 3);
    for (const [, text] of blocks) only(render(text as string), "Deployment");
  });

  for (const [what, values, words] of WRONG_VALUES) {
    it(`refuses ${what}`, () => {
      const { code, output } = helm("render", values);
      assert.notEqual(code, 0);
      assert.match(output, words);
    });
  }
});

describe("values.schema.json", () => {
  it("refuses among the settings those that are secret, and those that the chart sets", () => {
    const schema = JSON.parse(readFileSync(join(CHART, "values.schema.json"), "utf8"));
    const refused = new Set<string>(schema.properties.settings.propertyNames.not.enum);
    // The URL of a collector rarely has a password in it.
    const names = Object.keys(SETTINGS).filter((name) => !name.startsWith("OTEL_"));
    const secret = names.filter((name) => SETTINGS[name]?.secret);
    const template = readFileSync(join(CHART, "templates/deployment.yaml"), "utf8");
    const set = [...template.matchAll(/- \{ name: ([A-Z_]+), value/g)].map(([, name]) => name);
    assert.deepEqual(refused, new Set([...secret, ...set]));
  });
});

/** A folder with what the Secrets of the values hold, as they are mounted. */
async function mountedSecrets(): Promise<string> {
  const home = scratchFolder();
  const row = { name: "a", rpcs: ["ValidateToken"], api_keys: [{ sha256: "0".repeat(64) }] };
  const files = {
    "keyset/keys.json": formatKeysetFile([await fileKey("chart")]),
    "callers/callers.json": JSON.stringify({ callers: [row] }),
    "tls/tls.crt": certificate("server.pem"),
    "tls/tls.key": certificate("server.key"),
    "client-ca/ca.crt": certificate("ca.pem"),
    "log/.env": "REVOCATION_LOG='postgres://user:password@db:5432/app'\n",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(home, path, ".."), { recursive: true });
    writeFileSync(join(home, path), text, { mode: 0o600 });
  }
  return home;
}
