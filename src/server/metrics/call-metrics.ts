/**
 * Counts and times calls under the names that gRPC dashboards know
 * (github.com/grpc-ecosystem/go-grpc-middleware, providers/prometheus).
 *
 * A call costs two look-ups and a few additions to numbers in arrays. The text is made when it is
 * asked for: a counter and a histogram of prom-client would cost 0.5 µs a call.
 */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { CalledMethod } from "../../transport/adapter/index.js";

/** A metric as prom-client's registry takes it: a name and its values at this moment. */
export interface CollectedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** How the values of several processes become one. */
  readonly aggregator: "sum" | "max" | "first";
  readonly values: readonly MetricValue[];
}

/** One sample of a metric. */
export interface MetricValue {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** The sample's own name, for the parts of a histogram. */
  readonly metricName?: string;
}

/** Upper bounds of the histogram's buckets, in seconds. A token is checked in tens of microseconds. */
export const LATENCY_BUCKETS = [
  0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
  10, 30,
] as const;

/** gRPC's status codes by number; Connect numbers its own alike. */
const CODE_NAMES = ["OK", ...Array.from({ length: 16 }, (_, index) => Code[index + 1] as string)];
const TYPES = {
  unary: "unary",
  server_streaming: "server_stream",
  client_streaming: "client_stream",
  bidi_streaming: "bidi_stream",
} as const;

/** What is counted of one method. */
interface MethodCounts {
  readonly labels: { grpc_type: string; grpc_service: string; grpc_method: string };
  started: number;
  readonly byCode: Float64Array;
  /** Calls by the first bucket that takes them; the last is for calls above every bound. */
  readonly byBucket: Float64Array;
  seconds: number;
}

/** Counts the calls of a process. */
export class CallMetrics {
  readonly #counts = new Map<CalledMethod, MethodCounts>();

  /** @param methods what is counted; each appears with zeros before its first call */
  constructor(methods: readonly CalledMethod[]) {
    for (const method of methods) this.#counts.set(method, countsOf(method));
  }

  /** Counts a call whose headers have arrived. */
  started(method: CalledMethod): void {
    const counts = this.#counts.get(method);
    if (counts !== undefined) counts.started++;
  }

  /**
   * Counts a call that is over.
   *
   * @param error what its client was told; undefined for an answer
   * @param seconds how long it took; undefined where it ended before it was timed
   */
  ended(method: CalledMethod, error: ConnectError | undefined, seconds: number | undefined): void {
    const counts = this.#counts.get(method);
    if (counts === undefined) return;
    const code = error === undefined ? 0 : error.code;
    counts.byCode[code] = (counts.byCode[code] ?? 0) + 1;
    if (seconds === undefined) return;
    const bucket = bucketOf(seconds);
    counts.byBucket[bucket] = (counts.byBucket[bucket] ?? 0) + 1;
    counts.seconds += seconds;
  }

  /** The counts at this moment. */
  collect(): CollectedMetric[] {
    const all = [...this.#counts.values()];
    return [
      {
        name: "grpc_server_started_total",
        help: "Calls whose headers arrived.",
        type: "counter",
        aggregator: "sum",
        values: all.map(({ labels, started }) => ({ labels, value: started })),
      },
      {
        name: "grpc_server_handled_total",
        help: "Calls that are over, by the status that the client was told.",
        type: "counter",
        aggregator: "sum",
        values: all.flatMap(handledValues),
      },
      {
        name: "grpc_server_handling_seconds",
        help: "Time from a call's headers to its end, in seconds.",
        type: "histogram",
        aggregator: "sum",
        values: all.flatMap(latencyValues),
      },
    ];
  }
}

function countsOf(method: CalledMethod): MethodCounts {
  return {
    labels: {
      grpc_type: TYPES[method.methodKind],
      grpc_service: method.parent.typeName,
      grpc_method: method.name,
    },
    started: 0,
    byCode: new Float64Array(CODE_NAMES.length),
    byBucket: new Float64Array(LATENCY_BUCKETS.length + 1),
    seconds: 0,
  };
}

/** The index of the first bucket that takes a duration. Most calls are in the first ones. */
function bucketOf(seconds: number): number {
  let bucket = 0;
  while (bucket < LATENCY_BUCKETS.length && seconds > (LATENCY_BUCKETS[bucket] as number)) bucket++;
  return bucket;
}

/** Every code is told from the start: Prometheus takes no rate of the first call of a count that begins with it. */
function handledValues({ labels, byCode }: MethodCounts): MetricValue[] {
  return CODE_NAMES.map((name, code) => ({
    labels: { ...labels, grpc_code: name },
    value: byCode[code] as number,
  }));
}

function latencyValues({ labels, byBucket, seconds }: MethodCounts): MetricValue[] {
  const name = "grpc_server_handling_seconds";
  let count = 0;
  const buckets = [...LATENCY_BUCKETS, "+Inf"].map((le, index) => {
    count += byBucket[index] as number;
    return { labels: { ...labels, le }, value: count, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { labels, value: seconds, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}
