/** What names and values of header fields may hold (RFC 9113, section 8.2.1; RFC 9110, section 5). */

/** `tchar` of RFC 9110, section 5.6.2, without upper-case letters, which HTTP/2 forbids. */
const NAME_CHARS = charTable("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz");

/** Whether a text is a field's name: lower-case token characters, behind a colon for a pseudo-field. */
export function isFieldName(name: string): boolean {
  const start = name.charCodeAt(0) === 0x3a ? 1 : 0;
  if (name.length === start) return false;
  for (let at = start; at < name.length; at++) {
    if (NAME_CHARS[name.charCodeAt(at)] !== 1) return false;
  }
  return true;
}

/** Whether a text is a field's value: no control character but a tab, and no white space at its ends. */
export function isFieldValue(value: string): boolean {
  const { length } = value;
  if (length === 0) return true;
  if (isSpace(value.charCodeAt(0)) || isSpace(value.charCodeAt(length - 1))) return false;
  for (let at = 0; at < length; at++) {
    const code = value.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return false;
  }
  return true;
}

/** Whether a text can be a request's `:path` or `:authority`: no white space and no control character. */
export function isTarget(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code === 0x7f) return false;
  }
  return true;
}

/** Whether a text is a request's method, which is a token (RFC 9110, section 9.1). */
export function isMethod(text: string): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+$/.test(text);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function charTable(chars: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const char of chars) table[char.charCodeAt(0)] = 1;
  return table;
}
