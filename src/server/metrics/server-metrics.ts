/** What one process measures. */
import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { Health } from "../../../gen/ts/src/health/v1/health_pb.js";
import { TokenService } from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { ExportedConfig } from "../../core/index.js";
import { VERSION } from "../version.js";
import { CallMetrics, type CollectedMetric } from "./call-metrics.js";
import type { CallObserver } from "./observe-calls.js";
import { RefusalMetrics } from "./refusal-metrics.js";
import { type MetricsSnapshot, ProcessMetrics, singleValue } from "./registry.js";

/** The RPCs that give out a token. */
const ISSUING: ReadonlySet<DescMethod> = new Set<DescMethod>([
  TokenService.method.generateToken,
  TokenService.method.refreshToken,
]);

/** The metrics of a process that serves. */
export class ServerMetrics implements CallObserver {
  readonly #registry = new ProcessMetrics();
  readonly #calls = new CallMetrics([TokenService, Health]);
  readonly #refusals = new RefusalMetrics();
  readonly #reloadFailures = new Map<string, number>();
  #issued = 0;

  constructor() {
    this.#registry.add(() => this.#calls.collect());
    this.#registry.add(() => this.#refusals.collect());
    this.#registry.add(() => this.#collectOwn());
  }

  started(method: DescMethod): void {
    this.#calls.started(method);
  }

  ended(method: DescMethod, error: ConnectError | undefined, seconds: number | undefined): void {
    this.#calls.ended(method, error, seconds);
    if (error !== undefined) this.#refusals.refused(error);
    else if (ISSUING.has(method)) this.#issued++;
  }

  readonly refusedRequest = (status: number): void => this.#refusals.refusedRequest(status);

  /** Tells the keys that tokens are made and read with, each time that it is asked. */
  watchKeys(keys: () => ExportedConfig["keys"]): void {
    this.#registry.add(() => [
      {
        name: "secure_token_key_info",
        help: "The keys in force. Always 1.",
        type: "gauge",
        aggregator: "max",
        values: keys().map(({ keyId, state }) => ({
          labels: { key_id: keyId, state },
          value: 1,
        })),
      },
    ]);
  }

  /** Counts a file that could not be put in force. @param part as health names it */
  reloadFailed(part: string): void {
    this.#reloadFailures.set(part, (this.#reloadFailures.get(part) ?? 0) + 1);
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
      {
        name: "secure_token_config_reload_failures_total",
        help: "Times that a changed file could not be put in force, by part.",
        type: "counter",
        aggregator: "sum",
        values: [...this.#reloadFailures].map(([part, value]) => ({ labels: { part }, value })),
      },
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
