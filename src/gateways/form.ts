/** Names and values in a query or a form (the URL standard's application/x-www-form-urlencoded), read strictly. */
import { Code, ConnectError } from "@connectrpc/connect";

/** The most pairs that are read. */
const MAX_PAIRS = 100;

/**
 * The values of each name, in order.
 *
 * @param names what may stand there
 * @throws ConnectError INVALID_ARGUMENT for any other name, an empty value, and what is not well encoded.
 *   Its message holds nothing that was sent.
 */
export function parseForm<N extends string>(text: string, names: readonly N[]): Map<N, string[]> {
  const values = new Map<N, string[]>();
  if (text === "") return values;
  const pairs = text.split("&", MAX_PAIRS + 1);
  if (pairs.length > MAX_PAIRS) throw invalid(`must have at most ${MAX_PAIRS} parameters`);
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = names.find((known) => known === decode(at < 0 ? pair : pair.slice(0, at)));
    if (name === undefined) throw invalid(`may have the parameters ${names.join(", ")} alone`);
    const value = at < 0 ? "" : decode(pair.slice(at + 1));
    if (value === "") throw invalid(`must give ${name} a value`);
    const all = values.get(name);
    if (all === undefined) values.set(name, [value]);
    else all.push(value);
  }
  return values;
}

/** The error of a request that breaks a rule. @param rule what the request must or may do */
export function invalid(rule: string): ConnectError {
  return new ConnectError(`the request ${rule}`, Code.InvalidArgument);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw invalid("must be percent-encoded UTF-8");
  }
}
