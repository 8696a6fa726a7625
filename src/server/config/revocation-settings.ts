/** The settings of what is kept about revoked tokens. */
import { Secret } from "../../core/index.js";
import { filePath, onOrOff, wholeNumber } from "./parsers.js";
import { type Reader, setting, UNSET } from "./setting.js";

const SERVE: readonly Reader[] = ["serve"];
/** The longest staleness that may be allowed, in seconds: an hour. */
const LONGEST_STALENESS_SECONDS = 3600;
const LOG_URL = /^(postgres|postgresql|redis|rediss):\/\/\S+$/;

/** REVOCATIONS, DATA_DIR, the shared log, and how old knowledge may be. */
export const REVOCATION_SETTINGS = {
  REVOCATIONS: setting({
    ...onOrOff,
    fallback: true,
    defaultText: "on",
    readers: SERVE,
    meaning: "off: no token can be revoked, and nothing is kept about revoked ones",
  }),
  DATA_DIR: setting({
    ...filePath,
    ...UNSET,
    defaultText: "none: in memory, on loopback only",
    readers: SERVE,
    meaning: "a folder of this server's own, where [revocations](../revocation.md) are kept",
  }),
  REVOCATION_LOG: setting({
    parse: parseLogUrl,
    ...UNSET,
    readers: SERVE,
    meaning:
      "`postgres://…`, `redis://…` or `rediss://…`: the log of revocations that [several servers](../fleet.md) share",
    schema: { pattern: LOG_URL.source },
    secret: true,
  }),
  REVOCATION_LOG_REQUIRED: setting({
    ...onOrOff,
    fallback: true,
    defaultText: "on",
    readers: SERVE,
    meaning:
      "off: while the log is away, a revocation is acknowledged once `DATA_DIR` holds it, and reaches the other servers later",
  }),
  REVOCATION_MAX_STALENESS: setting({
    ...wholeNumber(1, LONGEST_STALENESS_SECONDS),
    fallback: 30,
    defaultText: "30",
    readers: SERVE,
    meaning: `1 to ${LONGEST_STALENESS_SECONDS} seconds: a server whose knowledge of revocations is older vouches for no token`,
  }),
};

/** An address that may hold a user and a password, and is never shown. */
function parseLogUrl(text: string): Secret {
  if (LOG_URL.test(text)) return new Secret(text);
  throw new Error(
    "must be a URL that begins with postgres://, postgresql://, redis:// or rediss://, without white space",
  );
}
