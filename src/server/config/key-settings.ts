/** The settings of keys and of the tokens made with them. */
import {
  parseDefaultExpirationHours,
  parseMaxSessionHours,
  parsePbkdf2Iterations,
  parseSalt,
  parseSecretKey,
} from "../../core/environment.js";
import { Secret } from "../../core/index.js";
import { DEFAULT_EXPIRATION_HOURS, DEFAULT_PBKDF2_ITERATIONS } from "../../core/settings.js";
import { filePath, onOrOff } from "./parsers.js";
import { LOCAL_COMMANDS, setting, UNSET } from "./setting.js";

/** How long a session may be refreshed, in hours: 30 days. */
const DEFAULT_MAX_SESSION_HOURS = 720;
const DECIMAL = { pattern: "^[0-9]+(\\.[0-9]+)?$" };

/** SECRET_KEY and what belongs to it. */
export const KEY_SETTINGS = {
  SECRET_KEY: setting({
    parse: (text): Secret => new Secret(parseSecretKey(text)),
    fallback: undefined,
    defaultText: "made up, on loopback only",
    readers: ["serve", "keys", "library", ...LOCAL_COMMANDS],
    meaning:
      "at least 16 characters: upper and lower case, a digit, one of `@$!%*?&#`; `secure-token generate-key` makes one",
    schema: {
      minLength: 16,
      allOf: ["[A-Z]", "[a-z]", "\\p{Nd}", "[@$!%*?&#]"].map((pattern) => ({ pattern })),
    },
    secret: true,
  }),
  SALT: setting({
    parse: parseSalt,
    fallback: undefined,
    defaultText: "made up, on loopback only",
    readers: ["serve", "keys", "library", ...LOCAL_COMMANDS],
    meaning: "text (its UTF-8 bytes) or `base64:…`, at least 16 bytes",
    schema: { minLength: 1 },
    secret: true,
  }),
  PBKDF2_ITERATIONS: setting({
    parse: parsePbkdf2Iterations,
    fallback: DEFAULT_PBKDF2_ITERATIONS,
    defaultText: String(DEFAULT_PBKDF2_ITERATIONS),
    readers: ["serve", "keys", "library", ...LOCAL_COMMANDS],
    meaning: "100,000 to 10,000,000; 100000 shares keys with the Python library",
    schema: { pattern: "^[0-9]{6,8}$" },
  }),
  KEYSET_FILE: setting({
    ...filePath,
    ...UNSET,
    readers: ["serve", ...LOCAL_COMMANDS],
    meaning:
      "several keys, for rotation; replaces `SECRET_KEY` and `SALT`, see [Key rotation](rotation.md)",
  }),
  ALLOW_READABLE_KEYSET: setting({
    ...onOrOff,
    fallback: false,
    defaultText: "off",
    readers: ["serve", ...LOCAL_COMMANDS],
    meaning:
      "on or off: whether group and others may read `KEYSET_FILE`, as Docker mounts secrets (0444)",
  }),
  DEFAULT_EXPIRATION_HOURS: setting({
    parse: parseDefaultExpirationHours,
    fallback: DEFAULT_EXPIRATION_HOURS,
    defaultText: String(DEFAULT_EXPIRATION_HOURS),
    readers: ["serve", "library", "generate", "refresh", "export-config"],
    meaning: "lifetime of a token that names none; above 0, at most 8760, fractions allowed",
    schema: DECIMAL,
  }),
  MAX_SESSION_HOURS: setting({
    parse: parseMaxSessionHours,
    fallback: DEFAULT_MAX_SESSION_HOURS,
    defaultText: String(DEFAULT_MAX_SESSION_HOURS),
    readers: ["serve", "library", "generate", "refresh"],
    meaning:
      "how long after its start a session may be refreshed; above 0, at most 87600, fractions allowed; the library's default is 87600",
    schema: DECIMAL,
  }),
};
