/** The settings of who may reach a server and what it shows. */

import { parseHosts } from "../hosts.js";
import { parseOrigins } from "../origins.js";
import { parseProxies } from "../trusted-proxies.js";
import { filePath, oneOf, onOrOff, wholeNumber } from "./parsers.js";
import { type Reader, setting, UNSET } from "./setting.js";

const MOST_HOLDER_CALLS = 1_000_000;
const SERVE: readonly Reader[] = ["serve"];
/** A switch whose default depends on HOST. */
const ON_LOOPBACK = { ...onOrOff, fallback: undefined, readers: SERVE };

/** CALLERS_FILE, TLS, and what others may see. */
export const ACCESS_SETTINGS = {
  CALLERS_FILE: setting({
    ...filePath,
    ...UNSET,
    defaultText: "none: anyone",
    readers: SERVE,
    meaning: "who may call what, see [Callers](callers.md)",
  }),
  HOLDER_REFRESH: setting({
    ...onOrOff,
    fallback: true,
    defaultText: "on",
    readers: SERVE,
    meaning:
      "on or off: whether a token's holder may refresh it without any other credential, where its issuer lets them",
  }),
  HOLDER_CALLS_PER_SECOND: setting({
    ...wholeNumber(1, MOST_HOLDER_CALLS),
    fallback: 100,
    defaultText: "100",
    readers: SERVE,
    meaning: `1 to ${MOST_HOLDER_CALLS}: how often the holders of tokens at one address (IPv6: one /64) may call`,
  }),
  TLS_CERT_FILE: setting({
    ...filePath,
    ...UNSET,
    defaultText: "none: in the clear",
    readers: ["serve", "health"],
    meaning:
      "PEM, with its chain; TLS 1.2 or newer, HTTP/2 and HTTP/1.1 on the same port. Set with `TLS_KEY_FILE`",
  }),
  TLS_KEY_FILE: setting({
    ...filePath,
    ...UNSET,
    readers: ["serve", "health"],
    meaning: "PEM, without a passphrase; the key of `TLS_CERT_FILE`",
  }),
  TLS_CLIENT_CA_FILE: setting({
    ...filePath,
    ...UNSET,
    readers: SERVE,
    meaning: "PEM; who signs clients' certificates, up to the root, for mTLS",
  }),
  TLS_CLIENT_CRL_FILE: setting({
    ...filePath,
    ...UNSET,
    readers: SERVE,
    meaning:
      "PEM; clients' certificates that are revoked: a current list of every authority in `TLS_CLIENT_CA_FILE`, without which its clients are refused",
  }),
  REFLECTION: setting({
    ...ON_LOOPBACK,
    defaultText: "on, on loopback only",
    meaning: "on or off: whether the server describes itself to anyone who asks",
  }),
  CORS_ORIGINS: setting({
    parse: parseOrigins,
    fallback: [],
    defaultText: "none",
    readers: SERVE,
    meaning: "whose pages may call, beside the server's own: `https://app.example.com`, …",
    schema: { minLength: 1 },
  }),
  ALLOWED_HOSTS: setting({
    parse: parseHosts,
    ...UNSET,
    defaultText: "loopback names on loopback without callers; else any",
    readers: SERVE,
    meaning:
      "names under which clients and proxies may ask for the server, beside loopback ones: `tokens.example.com`, …; others are answered with 421",
    schema: { minLength: 1 },
  }),
  TRUSTED_PROXIES: setting({
    parse: parseProxies,
    fallback: [],
    defaultText: "none",
    readers: ["serve", "health"],
    meaning:
      "addresses, networks (`10.0.0.0/8`) and `loopback`: whose `x-forwarded-for` names [the client](../proxies.md#who-the-client-is) in the log and the rates",
    schema: { minLength: 1 },
  }),
  PROXY_PROTOCOL: setting({
    ...oneOf("off", "v2"),
    fallback: "off",
    defaultText: "off",
    readers: ["serve", "health"],
    meaning:
      "off or v2: whether every connection of TRUSTED_PROXIES begins with a header of the PROXY protocol, in front of TLS too",
  }),
  CONSOLE: setting({
    ...ON_LOOPBACK,
    defaultText: "on, on loopback only",
    meaning: "on or off: the console at `/`",
  }),
  ALLOW_EPHEMERAL_KEY: setting({
    ...ON_LOOPBACK,
    defaultText: "on, on loopback only",
    meaning: "on or off: whether a key may be made up that ends with the process",
  }),
  ALLOW_ANONYMOUS: setting({
    ...ON_LOOPBACK,
    defaultText: "on, on loopback only",
    meaning: "on or off: whether the server starts without `CALLERS_FILE`; then anyone may call",
  }),
  ALLOW_PLAINTEXT: setting({
    ...ON_LOOPBACK,
    defaultText: "on, on loopback only",
    meaning: "on or off: whether the server starts without TLS (a mesh or proxy ends it)",
  }),
};
