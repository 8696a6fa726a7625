/** What a request requires of a token, as the core takes it. */
import type { CheckOptions, TokenSubject, ValidateOptions } from "../core/index.js";
import { about, type Call } from "./call.js";

/** The audience that a request requires: a text without presence, so that an empty one is none. */
export function requiredOf({ audience }: { readonly audience?: string }): ValidateOptions {
  return audience ? { audience } : {};
}

/** The same; the valid token is noted for the log, whatever the check says. */
export function checkOptions(
  request: { readonly audience: string },
  call: Call | undefined,
): CheckOptions {
  return { ...requiredOf(request), onOpened: (subject: TokenSubject) => about(subject, call) };
}
