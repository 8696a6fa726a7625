/** The settings of a server's process: where it listens and how it works. */
import { hostName, portNumber } from "./host-setting.js";
import { oneOf, onOrOff, wholeNumber } from "./parsers.js";
import { type Reader, setting, UNSET } from "./setting.js";

const SERVE: readonly Reader[] = ["serve"];
/** Whoever asks the server of the same environment needs them too. */
const ADDRESS: readonly Reader[] = ["serve", "health"];
/** The longest maximum age of a connection, in seconds: a week. */
const LONGEST_CONNECTION_AGE_SECONDS = 604_800;
const MOST_WORKERS = 64;

/** HOST, PORT and the rest of a process. */
export const SERVER_SETTINGS = {
  LOG_LEVEL: setting({
    ...oneOf("debug", "info", "warn", "error"),
    fallback: "info",
    defaultText: "info",
    readers: SERVE,
    meaning: "debug, info, warn, error",
  }),
  LOG_DESTINATION: setting({
    ...oneOf("stderr", "stdout"),
    fallback: "stderr" as const,
    defaultText: "stderr",
    readers: SERVE,
    meaning: "stderr or stdout: where the [log](logs-and-traces.md) is written",
  }),
  LOG_FORMAT: setting({
    ...oneOf("json", "pretty"),
    fallback: undefined,
    defaultText: "pretty on a terminal, else json",
    readers: SERVE,
    meaning:
      "json: a line of JSON each; pretty: a line for people each, with colours on a terminal unless NO_COLOR is set",
  }),
  HOST: setting({
    ...hostName,
    fallback: "127.0.0.1",
    defaultText: "127.0.0.1",
    readers: ADDRESS,
    meaning: "the address to listen on, for every protocol",
  }),
  PORT: setting({
    ...portNumber,
    fallback: 8080,
    defaultText: "8080",
    readers: ADDRESS,
    meaning: "the port to listen on; 0 takes any that is free",
  }),
  UNARY_ADAPTER: setting({
    ...onOrOff,
    fallback: true,
    defaultText: "on",
    readers: SERVE,
    meaning:
      "off: every call through Connect's own adapter, several times slower; the same answers",
  }),
  WORKERS: setting({
    ...wholeNumber(1, MOST_WORKERS),
    fallback: 1,
    defaultText: "1",
    readers: SERVE,
    meaning: `1 to ${MOST_WORKERS} processes that serve, see [Several processes](#several-processes)`,
  }),
  METRICS_PORT: setting({
    ...portNumber,
    ...UNSET,
    readers: SERVE,
    meaning: "the port of `/metrics`, `/livez` and `/readyz`, see [Metrics](../metrics.md)",
  }),
  METRICS_HOST: setting({
    ...hostName,
    fallback: "127.0.0.1",
    defaultText: "127.0.0.1",
    readers: SERVE,
    meaning: "the address that METRICS_PORT listens on; it answers anyone who reaches it",
  }),
  MAX_CONNECTION_AGE_SECONDS: setting({
    ...wholeNumber(1, LONGEST_CONNECTION_AGE_SECONDS),
    fallback: Number.POSITIVE_INFINITY,
    defaultText: "none: for ever",
    readers: SERVE,
    meaning: `1 to ${LONGEST_CONNECTION_AGE_SECONDS}, give or take a tenth: then a connection ends, its calls do not`,
  }),
};
