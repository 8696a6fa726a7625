/** A token as people paste it: with what stood around it where it was copied. */

/** What was pasted. */
export interface Pasted {
  /** The token, without what stood around it. */
  readonly token: string;
  /** What was taken off, in words. Empty where the text was a token alone. */
  readonly removed: readonly string[];
  /** What the text is, where it is certainly no token of this service. */
  readonly fault?: string;
}

const HEADER_NAME = /^authorization\s*:\s*/i;
const SCHEME = /^bearer\s+/i;
const QUOTED = /^(["'`])(.*)\1[,;]?$/s;
/** Three parts in base64url, the first of which is a JSON object: `eyJ` is `{"`. */
const JWT = /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/;

/** Takes off a header's name, `Bearer`, quotes and line breaks, in whatever order they are nested. */
export function readPasted(text: string): Pasted {
  const removed = new Set<string>();
  let token = text.trim();
  for (let before = ""; before !== token; ) {
    before = token;
    token = cut(token, HEADER_NAME, "", removed, "the header's name");
    token = cut(token, SCHEME, "", removed, "“Bearer”");
    token = cut(token, QUOTED, "$2", removed, "quotes");
    token = token.trim();
  }
  // A token has no white space in it: terminals and mail programs break long lines.
  token = cut(token, /\s+/g, "", removed, "line breaks and spaces");
  return {
    token,
    removed: [...removed],
    ...(JWT.test(token) && { fault: "This is a JWT. Tokens of this service have another format." }),
  };
}

function cut(text: string, pattern: RegExp, by: string, removed: Set<string>, what: string) {
  const rest = text.replace(pattern, by);
  if (rest !== text) removed.add(what);
  return rest;
}
