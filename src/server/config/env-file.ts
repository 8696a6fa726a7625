/**
 * The syntax of `.env`: lines of NAME=value, as dotenv, python-dotenv, Docker Compose and shells
 * read them. They agree on most lines. Where they do not, `ambiguity` says why, and the value is
 * used by nobody.
 */

/** What a line sets. */
export interface EnvEntry {
  /** The number of its line, from 1. */
  readonly line: number;
  readonly value: string;
  /** Why programs differ about the value, and what to write; undefined where they agree. */
  readonly ambiguity: string | undefined;
}

/** A file that was read. */
export interface EnvFile {
  /** By name, in the order of the file. Of a name that is set twice, both. */
  readonly entries: ReadonlyMap<string, readonly EnvEntry[]>;
  /** The numbers of the lines that set nothing and are no comment. */
  readonly unreadable: readonly number[];
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(.*)$/;
const BLANK_OR_COMMENT = /^[ \t]*(#.*)?$/;
/** Controls and spaces that some programs cut off, or end a line at, and others keep; but space and tab. */
const UNUSUAL = /(?![ \t])[\p{Cc}\p{Z}\ufeff]/u;
/** The same in quotes, where every program keeps spaces. Lines may be several there. */
const CONTROL = /(?![\t\n])\p{Cc}/u;
const SINGLE_QUOTES = "write the value in single quotes";
const ELSEWHERE = "set it in the environment instead";

/** Reads the text of a file, which may start with a byte order mark. */
export function parseEnvFile(text: string): EnvFile {
  const entries = new Map<string, EnvEntry[]>();
  const unreadable: number[] = [];
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  // Within quotes some programs keep the line ends of Windows.
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    const content = lines[i] as string;
    if (BLANK_OR_COMMENT.test(content)) continue;
    const [, name, rest = ""] = ASSIGNMENT.exec(content) ?? [];
    if (name === undefined) {
      unreadable.push(line);
      continue;
    }
    const quote = /^["'`]/.exec(rest)?.[0];
    // A quoted value goes on over the lines that follow until its quote ends it.
    const end = quote === undefined ? i : lastLineOf(lines, i, rest, quote);
    const whole = [rest, ...lines.slice(i + 1, end + 1)].join(lineEnd);
    const read = quote === undefined ? readPlain(rest) : readQuoted(whole, quote);
    entries.set(name, [...(entries.get(name) ?? []), { line, ...read }]);
    i = end;
  }
  return { entries, unreadable };
}

/** The line on which a quoted value ends; the first one where no quote ends it. */
function lastLineOf(lines: readonly string[], first: number, rest: string, quote: string): number {
  if (endOfQuoted(rest, quote) >= 0) return first;
  for (let i = first + 1; i < lines.length; i++) {
    if (endOfQuoted(`${quote}${lines[i]}`, quote) >= 0) return i;
  }
  return first;
}

/** The index of the closing quote, or -1. In double quotes a backslash keeps a quote from closing. */
function endOfQuoted(text: string, quote: string): number {
  for (let i = 1; i < text.length; i++) {
    if (text[i] === "\\" && quote === '"') i++;
    else if (text[i] === quote) return i;
  }
  return -1;
}

function readPlain(rest: string): Omit<EnvEntry, "line"> {
  const value = rest.replace(/ #.*$/, "").replace(/^[ \t]+|[ \t]+$/g, "");
  if (UNUSUAL.test(value))
    return { value, ambiguity: "holds a control character or unusual space" };
  const found = /["'`#$\\]/.exec(value)?.[0];
  if (found === undefined) return { value, ambiguity: undefined };
  const remedy = value.includes("'") ? ELSEWHERE : SINGLE_QUOTES;
  return { value, ambiguity: `holds ${found} without quotes: ${remedy}` };
}

function readQuoted(whole: string, quote: string): Omit<EnvEntry, "line"> {
  const end = endOfQuoted(whole, quote);
  const value = whole.slice(1, end < 0 ? undefined : end);
  return { value, ambiguity: quotedAmbiguity(whole, quote, end, value) };
}

function quotedAmbiguity(
  whole: string,
  quote: string,
  end: number,
  value: string,
): string | undefined {
  if (end < 0) return "has a quote that nothing closes";
  if (!BLANK_OR_COMMENT.test(whole.slice(end + 1))) return "has text after its closing quote";
  if (CONTROL.test(value)) return "holds a control character";
  if (quote === "`") return `stands in backquotes: ${SINGLE_QUOTES}`;
  if (quote === "'") return singleQuotedAmbiguity(value);
  const found = /[$\\]/.exec(value)?.[0];
  const remedy = value.includes("'") ? ELSEWHERE : SINGLE_QUOTES;
  return found && `holds ${found} in double quotes: ${remedy}`;
}

/** Inside of single quotes an escaped quote or backslash is read in two ways, and a variable by python-dotenv. */
function singleQuotedAmbiguity(value: string): string | undefined {
  if (/\\(\\|$)/.test(value)) return `holds a backslash: ${ELSEWHERE}`;
  return /\$\{[^}]*\}/.test(value) ? `holds a \${…}: ${ELSEWHERE}` : undefined;
}
