/** Values that the chart is rendered with. */

/** What a file of values has. */
export type Values = Record<string, unknown>;

const SECRETS = {
  keyset: { secretName: "keys" },
  callers: { secretName: "callers" },
  tls: { secretName: "tls" },
};
const EGRESS = [
  {
    to: [{ podSelector: { matchLabels: { app: "postgres" } } }],
    ports: [{ port: 5432, protocol: "TCP" }],
  },
];

/** The least that several servers need. */
export const FLEET: Values = {
  ...SECRETS,
  revocations: { logSecretName: "log" },
  networkPolicy: { egress: EGRESS },
};

/** By what they show. */
export const RIGHT_VALUES: Record<string, Values> = {
  "a fleet with a log": FLEET,
  "one server with a volume": {
    ...SECRETS,
    replicas: 1,
    revocations: { volume: { size: "1Gi", storageClassName: "fast" } },
  },
  "a server behind a mesh, probed over gRPC": {
    keyset: SECRETS.keyset,
    settings: { ALLOW_PLAINTEXT: "on", ALLOW_ANONYMOUS: "on", REVOCATIONS: "off" },
    probes: "grpc",
    networkPolicy: { enabled: false },
  },
  "everything at once": {
    ...FLEET,
    image: { digest: `sha256:${"0".repeat(64)}` },
    imagePullSecrets: [{ name: "registry" }],
    autoscaling: { enabled: true },
    tls: { secretName: "tls", clientCaSecretName: "ca" },
    host: "::",
    settings: { LOG_LEVEL: "warn", WORKERS: "2" },
    service: { type: "LoadBalancer", port: 443, annotations: { "example.com/internal": "true" } },
    networkPolicy: {
      clients: [{ namespaceSelector: { matchLabels: { tokens: "yes" } } }],
      scrapers: [{ namespaceSelector: { matchLabels: { name: "monitoring" } } }],
      egress: EGRESS,
    },
    serviceMonitor: { enabled: true, labels: { release: "prometheus" } },
    prometheusRule: { enabled: true, labels: { release: "prometheus" } },
    dashboard: { enabled: true },
    priorityClassName: "high",
    podAnnotations: { "example.com/a": "b" },
    podLabels: { team: "identity" },
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ key: "dedicated", operator: "Exists" }],
    affinity: { podAntiAffinity: {} },
  },
};

/** What the chart refuses, and the words of it. */
export const WRONG_VALUES: [what: string, values: Values, words: RegExp][] = [
  ["no keys", { ...FLEET, keyset: {} }, /keyset\.secretName must be set: a Secret/],
  [
    "several replicas that make up their keys",
    { ...FLEET, keyset: {}, settings: { ALLOW_EPHEMERAL_KEY: "on" } },
    /keyset\.secretName must be set for more than one replica/,
  ],
  [
    "no callers",
    { ...FLEET, callers: {} },
    /callers\.secretName must be set, or settings\.ALLOW_A/,
  ],
  ["no TLS", { ...FLEET, tls: {} }, /tls\.secretName must be set, or settings\.ALLOW_PLAINTEXT=on/],
  [
    "clients' authority without TLS",
    { ...FLEET, tls: { clientCaSecretName: "ca" }, settings: { ALLOW_PLAINTEXT: "on" } },
    /tls\.secretName must be set with tls\.clientCaSecretName/,
  ],
  ["gRPC probes with TLS", { ...FLEET, probes: "grpc" }, /gRPC probes know no TLS/],
  [
    "no place for revocations",
    { ...FLEET, revocations: {} },
    /revocations\.logSecretName or revocations\.volume\.size must be set/,
  ],
  [
    "a log and a volume",
    { ...FLEET, replicas: 1, revocations: { logSecretName: "log", volume: { size: "1Gi" } } },
    /exclude each other/,
  ],
  [
    "a volume of several",
    { ...FLEET, revocations: { volume: { size: "1Gi" } } },
    /revocations\.volume\.size is for one replica/,
  ],
  [
    "a place for what is not kept",
    { ...FLEET, settings: { REVOCATIONS: "off" } },
    /REVOCATIONS=off keeps nothing/,
  ],
  [
    "a log out of reach",
    { ...FLEET, networkPolicy: {} },
    /networkPolicy\.egress must admit the log/,
  ],
  [
    "metrics out of reach",
    { ...FLEET, serviceMonitor: { enabled: true } },
    /networkPolicy\.scrapers must admit Prometheus/,
  ],
  [
    "a floor above the ceiling",
    { ...FLEET, autoscaling: { enabled: true, minReplicas: 11 } },
    /autoscaling\.minReplicas must be at most/,
  ],
  ["one address of many", { ...FLEET, host: "10.0.0.7" }, /host/],
  ["a misspelt value", { ...FLEET, replicaCount: 3 }, /replicaCount/],
  ["a secret among the settings", { ...FLEET, settings: { SECRET_KEY: "x" } }, /SECRET_KEY/],
  ["a setting of the chart's own", { ...FLEET, settings: { PORT: "9" } }, /PORT/],
  ["a number among the settings", { ...FLEET, settings: { WORKERS: 2 } }, /WORKERS/],
];
