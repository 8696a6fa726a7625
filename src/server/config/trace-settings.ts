/** The settings of traces, under the names that OpenTelemetry gives them (SDK configuration, OTLP exporter). */
import type { Env } from "../../core/environment.js";
import { oneOf } from "./parsers.js";
import { type Reader, setting, UNSET } from "./setting.js";

const SERVE: readonly Reader[] = ["serve"];
/** Names of a resource: nothing that a collector would have to escape. */
const SERVICE_NAME = /^[A-Za-z0-9._/-]{1,128}$/;

/** Samplers of OpenTelemetry's SDK configuration. */
const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** OTEL_*. */
export const TRACE_SETTINGS = {
  OTEL_TRACES_EXPORTER: setting({
    ...oneOf("otlp", "none"),
    fallback: undefined,
    defaultText: "otlp with an endpoint, else none",
    readers: SERVE,
    meaning:
      "otlp or none: whether [spans of calls](logs-and-traces.md#traces) go to a collector; needs OpenTelemetry's packages",
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting({
    parse: parseEndpoint,
    fallback: undefined,
    defaultText: "http://localhost:4318",
    readers: SERVE,
    meaning: "the collector, `http://…` or `https://…`; `/v1/traces` is added",
    schema: { pattern: "^https?://" },
    secret: true,
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: setting({
    parse: parseEndpoint,
    ...UNSET,
    readers: SERVE,
    meaning: "the collector's whole URL for traces, in place of the former",
    schema: { pattern: "^https?://" },
    secret: true,
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: setting({
    ...oneOf("http/json"),
    fallback: "http/json",
    defaultText: "http/json",
    readers: SERVE,
    meaning: "http/json, which every collector takes at its port 4318",
  }),
  OTEL_TRACES_SAMPLER: setting({
    ...oneOf(...SAMPLERS),
    fallback: "parentbased_always_on" as const,
    defaultText: "parentbased_always_on",
    readers: SERVE,
    meaning:
      "always_on, always_off or traceidratio: which calls are recorded; with parentbased_ before it, of those with a `traceparent` the ones that their caller recorded",
  }),
  OTEL_TRACES_SAMPLER_ARG: setting({
    parse: parseRatio,
    fallback: 1,
    defaultText: "1",
    readers: SERVE,
    meaning: "0 to 1: the share of traceidratio and parentbased_traceidratio",
    schema: { pattern: "^(0|1|[01]?\\.[0-9]+)$" },
  }),
  OTEL_SERVICE_NAME: setting({
    parse: parseServiceName,
    fallback: "secure-token",
    defaultText: "secure-token",
    readers: SERVE,
    meaning: "the name of this service in traces",
    schema: { pattern: SERVICE_NAME.source },
  }),
};

/**
 * Whether an environment asks for traces: by an exporter other than none, or, without one, by an endpoint. Where it does
 * not, no OTEL_* value is a fault: platforms set these for all programs, as each of their SDKs needs them.
 */
export function asksForTraces(env: Env): boolean {
  const exporter = env.OTEL_TRACES_EXPORTER;
  if (exporter) return exporter.toLowerCase() !== "none";
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

/** A URL may hold a user and a password, and is never shown. */
function parseEndpoint(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new Error("must be a URL that begins with http:// or https://");
  }
  return text;
}

function parseRatio(text: string): number {
  const ratio = Number(text);
  if (!/^(0|1|[01]?\.\d+)$/.test(text) || ratio > 1)
    throw new Error("must be a number from 0 to 1");
  return ratio;
}

function parseServiceName(text: string): string {
  if (SERVICE_NAME.test(text)) return text;
  throw new Error("must be 1 to 128 letters, digits and . _ / -");
}
