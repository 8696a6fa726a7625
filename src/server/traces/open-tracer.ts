/** Opens the way of spans to a collector, with OpenTelemetry's packages where they are installed. */
import type { Logger } from "pino";
import { ConfigError, type TraceConfig } from "../config/index.js";
import { FloodedLines } from "../flooded-lines.js";
import { VERSION } from "../version.js";
import { type CallTracer, recordCall } from "./call-tracer.js";

/** What is installed beside the server by whoever wants traces. */
const PACKAGES = [
  "@opentelemetry/api",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace",
  "@opentelemetry/exporter-trace-otlp-http",
] as const;
/** How long the last spans may take at the end of a server, in milliseconds. */
const LAST_SPANS_MS = 2_000;
/** Lines about a collector that is away, in ten seconds. */
const MAX_FAULTS = 1;

/** The packages of OpenTelemetry, which may not be there. */
interface Packages {
  readonly api: typeof import("@opentelemetry/api");
  readonly resources: typeof import("@opentelemetry/resources");
  readonly sdk: typeof import("@opentelemetry/sdk-trace");
  readonly exporter: typeof import("@opentelemetry/exporter-trace-otlp-http");
}

/**
 * Opens it.
 *
 * @param load loads the packages. Default from beside the server
 * @throws ConfigError where a package is missing
 */
export async function openTracer(
  config: TraceConfig,
  logger: Logger,
  load = loadPackages,
): Promise<CallTracer> {
  const { api, resources, sdk, exporter } = await load().catch(tellMissing);
  const faults = new FloodedLines(
    (line) => logger.warn(line, "spans are not exported"),
    MAX_FAULTS,
  );
  // The SDK's own text may hold the collector's URL, and with it a password.
  const tell = () => faults.add("export", {});
  const silent = () => {};
  const diagnostics = { error: tell, warn: silent, info: silent, debug: silent, verbose: silent };
  api.diag.setLogger(diagnostics, {
    logLevel: api.DiagLogLevel.ERROR,
    suppressOverrideMessage: true,
  });
  const root = new sdk.TraceIdRatioBasedSampler(config.ratio);
  const provider = new sdk.TracerProvider({
    resource: resources
      .detectResources({ detectors: [resources.envDetector, resources.serviceInstanceIdDetector] })
      .merge(
        resources.resourceFromAttributes({
          "service.name": config.serviceName,
          "service.version": VERSION,
        }),
      ),
    sampler: config.isParentBased ? new sdk.ParentBasedSampler({ root }) : root,
    spanProcessors: [
      new sdk.BatchSpanProcessor({ exporter: new exporter.OTLPTraceExporter({ url: config.url }) }),
    ],
  });
  const tracer = provider.getTracer("secure-token", VERSION);
  return {
    record: (call) => recordCall(api, tracer, call),
    async close() {
      let late: NodeJS.Timeout | undefined;
      const inTime = new Promise<void>((_, reject) => {
        late = setTimeout(reject, LAST_SPANS_MS);
      });
      await Promise.race([provider.shutdown(), inTime]).catch(tell);
      clearTimeout(late);
      faults.flush();
    },
  };
}

async function loadPackages(): Promise<Packages> {
  const [api, resources, sdk, exporter] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/exporter-trace-otlp-http"),
  ]);
  return { api, resources, sdk, exporter };
}

function tellMissing(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
  throw new ConfigError([
    `OTEL_TRACES_EXPORTER otlp needs packages that are not installed: npm install ${PACKAGES.join(" ")} (version 2 of the SDK runs on Node 20, version 3 on Node 22.15 and newer), or set it to none`,
  ]);
}
