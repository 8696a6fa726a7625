/** Text from elsewhere in a message. */

/** A text in JSON quotes: ASCII without control characters, and cut after `most` characters. */
export function shownText(text: string, most: number): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text;
  return JSON.stringify(short.replace(/[^\x20-\x7e…]/g, "?"));
}
