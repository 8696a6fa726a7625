/** Names requests: by the `x-request-id` that a client or a proxy has sent, else by an id of the server's own. */
import { randomBytes } from "node:crypto";
import { type NameRequest, REQUEST_ID } from "../transport/adapter/index.js";
import { API_KEY_PREFIX } from "./callers/credentials.js";

/** The longest id that is kept, in characters. */
const MAX_LENGTH = 128;
/** Octets of chance in front of the ids of a process: no two processes share them. */
const PREFIX_BYTES = 6;
/** Whether an id may hold a character, by its code: A-Z, a-z, 0-9, `.`, `_`, `-`. */
const ALLOWED = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") {
  ALLOWED[char.charCodeAt(0)] = 1;
}

/**
 * Keeps an id from outside that has 1 to 128 characters of `[A-Za-z0-9._-]`, and is no API key that a client has put into
 * the wrong field: the log tells ids. Any other, and none, gives an id that is new: chance, which the process has drawn
 * once, and a count. It is a name, not a secret.
 */
export function createRequestIds(): NameRequest {
  const prefix = `${randomBytes(PREFIX_BYTES).toString("hex")}-`;
  let count = 0;
  return (headers) => {
    const sent = headers[REQUEST_ID];
    if (sent !== undefined && isRequestId(sent)) return sent;
    count++;
    return prefix + count.toString(36);
  };
}

function isRequestId(text: string | string[]): text is string {
  if (typeof text !== "string" || text.length === 0 || text.length > MAX_LENGTH) return false;
  for (let at = 0; at < text.length; at++) if (!ALLOWED[text.charCodeAt(at)]) return false;
  return !text.startsWith(API_KEY_PREFIX);
}
