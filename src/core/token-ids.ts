/**
 * Ids of tokens and sessions. One rule for those that tokens carry, that requests name and that entries hold:
 * whatever a token may carry can be revoked, and every reader of entries and feeds takes it.
 */

/** The most characters of an id, in UTF-16 code units. Those that are issued have 32. */
const MAX_ID_LENGTH = 64;
/** What nearly all ids are. */
const PLAIN = /^[\x20-\x7e]{1,64}$/;
const CONTROL = /\p{Cc}/u;

/** The rule, for people. */
export const ID_RULE = `be 1 to ${MAX_ID_LENGTH} characters without control characters`;

/** Whether a value may be the id of a token or a session. */
export function isId(text: unknown): text is string {
  if (typeof text !== "string") return false;
  if (PLAIN.test(text)) return true;
  if (text.length < 1 || text.length > MAX_ID_LENGTH) return false;
  return text.isWellFormed() && !CONTROL.test(text);
}
