/** What one process measures. */
import type { ConnectError } from "@connectrpc/connect";
import { Authorization } from "../../../gen/ts/src/envoy/service/auth/v3/external_auth_pb.js";
import { Health } from "../../../gen/ts/src/health/v1/health_pb.js";
import { TokenService } from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { ExportedConfig } from "../../core/index.js";
import { DOOR_METHODS } from "../../gateways/index.js";
import type { CalledMethod } from "../../transport/adapter/index.js";
import type { CutReason } from "../../transport/index.js";
import type { OpenConnections } from "../../transport/listener.js";
import { VERSION } from "../version.js";
import { CallMetrics } from "./call-metrics.js";
import { collectConnections } from "./connection-metrics.js";
import { KeyedCounter } from "./keyed-counter.js";
import { type CollectedMetric, type MetricsSnapshot, seriesOf, singleValue } from "./metric.js";
import type { CallObserver } from "./observe-calls.js";
import { ProcessMetrics } from "./process-metrics.js";
import { RefusalMetrics } from "./refusal-metrics.js";

/** The RPCs that give out a token. */
const ISSUING: ReadonlySet<CalledMethod> = new Set<CalledMethod>([
  TokenService.method.generateToken,
  TokenService.method.refreshToken,
]);

/** The RPC whose open streams are told. */
const WATCHING = TokenService.method.watchRevocations;

/** The metrics of a process that serves. */
export class ServerMetrics implements CallObserver {
  readonly #registry = new ProcessMetrics();
  readonly #calls = new CallMetrics([
    ...TokenService.methods,
    ...Health.methods,
    ...Authorization.methods,
    ...DOOR_METHODS,
  ]);
  readonly #refusals = new RefusalMetrics();
  readonly #reloadFailures = new KeyedCounter<string>(
    "secure_token_config_reload_failures_total",
    "Times that a changed file could not be put in force, by part.",
    (part) => ({ part }),
  );
  #issued = 0;
  #watchers = 0;

  constructor() {
    this.#registry.add(() => this.#calls.collect());
    this.#registry.add(() => this.#refusals.collect());
    this.#registry.add(() => this.#collectOwn());
  }

  started(method: CalledMethod): void {
    this.#calls.started(method);
    if (method === WATCHING) this.#watchers++;
  }

  ended(method: CalledMethod, error: ConnectError | undefined, seconds: number | undefined): void {
    this.#calls.ended(method, error, seconds);
    if (method === WATCHING) this.#watchers--;
    if (error !== undefined) this.#refusals.refused(error);
    else if (ISSUING.has(method)) this.#issued++;
  }

  readonly refusedRequest = (status: number): void => this.#refusals.refusedRequest(status);

  connectionCut(reason: CutReason): void {
    this.#refusals.connectionCut(reason);
  }

  /** Tells what is open, each time that it is asked. */
  watchConnections(open: () => OpenConnections): void {
    this.#registry.add(() => collectConnections(open()));
  }

  /** Tells the keys that tokens are made and read with, each time that it is asked. */
  watchKeys(keys: () => ExportedConfig["keys"]): void {
    const name = "secure_token_key_info";
    this.#registry.add(() => {
      const inForce = keys();
      return [
        {
          name,
          help: "The keys in force. Always 1.",
          type: "gauge",
          aggregator: "max",
          series: inForce.map(({ keyId, state }) => seriesOf(name, { key_id: keyId, state })),
          values: inForce.map(() => 1),
        },
      ];
    });
  }

  /**
   * Counts a file that could not be put in force. Its first state makes its count, 0 where it is in force: Prometheus
   * sees no increase in a count that begins with 1.
   *
   * @param part as health names it
   */
  toldOfPart(part: string, inForce: boolean): void {
    this.#reloadFailures.add(part, inForce ? 0 : 1);
  }

  /** Everything, at this moment. */
  snapshot(): Promise<MetricsSnapshot> {
    return this.#registry.snapshot();
  }

  #collectOwn(): CollectedMetric[] {
    return [
      singleValue(
        {
          name: "secure_token_issued_total",
          help: "Tokens that were issued or refreshed.",
          type: "counter",
          aggregator: "sum",
        },
        this.#issued,
      ),
      singleValue(
        {
          name: "secure_token_watchers",
          help: "Streams of WatchRevocations that are open.",
          type: "gauge",
          aggregator: "sum",
        },
        this.#watchers,
      ),
      this.#reloadFailures.collect(),
      singleValue(
        {
          name: "secure_token_build_info",
          help: "The version that runs. Always 1.",
          type: "gauge",
          aggregator: "max",
        },
        1,
        { version: VERSION },
      ),
    ];
  }
}
