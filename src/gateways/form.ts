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
export function parseQuery<N extends string>(text: string, names: readonly N[]): Map<N, string[]> {
  const values = new Map<N, string[]>();
  for (const [sent, value] of pairsOf(text)) {
    const name = names.find((known) => known === sent);
    if (name === undefined) throw invalid(`may have the parameters ${names.join(", ")} alone`);
    if (value === "") throw invalid(`must give ${name} a value`);
    const all = values.get(name);
    if (all === undefined) values.set(name, [value]);
    else all.push(value);
  }
  return values;
}

/**
 * A parameter of OAuth 2.0 (RFC 6749, section 3.2): an empty one counts as missing, others are not looked at,
 * and none may come twice.
 * @throws ConnectError INVALID_ARGUMENT where there is none, for one that comes twice, and what is not well encoded
 */
export function requiredParameter(form: string, name: string): string {
  const values = new Map<string, string>();
  for (const [sent, value] of pairsOf(form)) {
    if (values.has(sent)) throw invalid("must give each parameter once");
    values.set(sent, value);
  }
  const value = values.get(name);
  if (!value) throw invalid(`must give the parameter ${name}`);
  return value;
}

function pairsOf(text: string): [name: string, value: string][] {
  if (text === "") return [];
  const pairs = text.split("&", MAX_PAIRS + 1);
  if (pairs.length > MAX_PAIRS) throw invalid(`must have at most ${MAX_PAIRS} parameters`);
  return pairs.map((pair) => {
    const at = pair.indexOf("=");
    return at < 0 ? [decode(pair), ""] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
  });
}

/** The error of a request that breaks a rule. @param rule what the request must or may do */
export function invalid(rule: string): ConnectError {
  return new ConnectError(`the request ${rule}`, Code.InvalidArgument);
}

/** Text without its percent-encoding. @throws ConnectError INVALID_ARGUMENT where that is no UTF-8 */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("must be percent-encoded UTF-8");
  }
}

function decode(text: string): string {
  return percentDecoded(text.replaceAll("+", " "));
}
