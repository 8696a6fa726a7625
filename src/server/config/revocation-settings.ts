/** The settings of what is kept about revoked tokens. */
import { filePath, onOrOff, wholeNumber } from "./parsers.js";
import { type Reader, setting, UNSET } from "./setting.js";

const SERVE: readonly Reader[] = ["serve"];
/** The longest staleness that may be allowed, in seconds: an hour. */
const LONGEST_STALENESS_SECONDS = 3600;

/** REVOCATIONS, DATA_DIR and how old knowledge may be. */
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
    meaning: "a folder of this server's own, where revocations are kept, see docs/revocation.md",
  }),
  REVOCATION_MAX_STALENESS: setting({
    ...wholeNumber(1, LONGEST_STALENESS_SECONDS),
    fallback: 30,
    defaultText: "30",
    readers: SERVE,
    meaning: `1 to ${LONGEST_STALENESS_SECONDS} seconds: a server whose knowledge of revocations is older vouches for no token`,
  }),
};
