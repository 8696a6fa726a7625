/** Where a token comes from: standard input keeps it out of the shell's history and of `ps`. */
import { stdin } from "node:process";

/** More than any token, so that a wrong file is noticed rather than read to its end. In bytes. */
const MAX_INPUT_BYTES = 64 * 1024;

/**
 * The token given as an argument, or read from standard input when it is missing or "-". White
 * space around it is dropped there: an editor's or a shell's newline is no part of it.
 */
export async function readToken(argument: string | undefined): Promise<string> {
  if (argument !== undefined && argument !== "-") return argument;
  let text = "";
  for await (const chunk of stdin.setEncoding("utf8")) {
    text += chunk;
    if (text.length > MAX_INPUT_BYTES) throw new Error("standard input is too long for a token");
  }
  return text.trim();
}
