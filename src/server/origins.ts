/** Origins of pages, as CORS_ORIGINS lists them. */
import { ShownFault, wrongItems } from "./config/shown-fault.js";

/**
 * An origin of an application's own scheme: `capacitor://localhost`, `app://.` (Electron),
 * `capacitor-electron://-`. Its host is no domain: WebKit keeps its upper case (the URL standard's
 * "opaque host"), as in `safari-web-extension://4B1C…`.
 */
const APPLICATION_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9._~-]+(?::[1-9]\d{0,4})?$/;
/** Schemes whose pages have the origin `null`, files above all, and what no page is loaded from. */
const NO_ORIGINS = /^(?:https?|wss?|ftp|file|data|blob|about|javascript|null):/;

/**
 * Parses CORS_ORIGINS: exact origins (RFC 6454), separated by commas, in the spelling in which
 * browsers send them.
 * @throws ShownFault with every entry that is none, and its place.
 */
export function parseOrigins(text: string): readonly string[] {
  const entries = text.split(",").map((entry) => entry.trim());
  const wrong = wrongItems(entries, isOrigin);
  if (wrong !== "") {
    throw new ShownFault(
      `must list exact origins such as https://app.example.com (lower case, no path, no default ` +
        `port, no *), not ${wrong}`,
    );
  }
  return [...new Set(entries)];
}

/** URL itself would take a `*` for the name of a host, and gives no origin of other schemes than the web's. */
function isOrigin(text: string): boolean {
  if (/^https?:[^*]+$/.test(text)) return URL.canParse(text) && new URL(text).origin === text;
  return APPLICATION_ORIGIN.test(text) && !NO_ORIGINS.test(text);
}
