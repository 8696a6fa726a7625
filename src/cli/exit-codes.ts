/** How the command ends: 0, or a code that says which kind of error it was. */
import { TokenError, type TokenErrorKind } from "../core/index.js";
import { ConfigError, EXIT_CONFIG } from "../server/config/index.js";
import { UsageError } from "./usage.js";

/** Anything that no other code names: the server cannot be reached, a file cannot be read. */
export const EXIT_FAILURE = 1;
/** The command line is at fault. */
export const EXIT_USAGE = 2;

/** What is shown as a token is none that the server knows. */
export const EXIT_INVALID_TOKEN = 5;

const EXIT_CODES = {
  TOKEN_ERROR: 3,
  TOKEN_EXPIRED: 4,
  INVALID_TOKEN: EXIT_INVALID_TOKEN,
  PERMISSION_DENIED: 6,
} satisfies Record<TokenErrorKind, number>;

/** Whether an error is one of the four exceptions, from the server or from the local key. */
export function isTokenError(error: unknown): error is TokenError {
  return error instanceof TokenError;
}

/** The code for an error. */
export function exitCodeOf(error: unknown): number {
  if (isTokenError(error)) return EXIT_CODES[error.kind];
  if (error instanceof UsageError) return EXIT_USAGE;
  return error instanceof ConfigError ? EXIT_CONFIG : EXIT_FAILURE;
}
