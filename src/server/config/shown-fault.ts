/** How messages show the values of settings: whoever reads a log must see which of several is wrong. */
import { shownText } from "../../core/shown-text.js";

/** The most characters of a value that a message shows. */
const SHOWN_VALUE = 60;
/** The most items of a list that a message shows. */
const MOST_ITEMS = 10;
/** A user and a password in a URL. */
const USER_INFO = /:\/\/[^/]*@/g;

/** A value in a message: short, in quotes, without control characters and what a URL holds of a password. */
export function shownValue(text: string): string {
  return shownText(text.replace(USER_INFO, "://…@"), SHOWN_VALUE);
}

/** What a value breaks, where the message shows the value, or the item of it that is wrong, already. */
export class ShownFault extends Error {}

/** The message of a rule that the value of a setting breaks. */
export function faultOf(error: unknown, text: string, isSecret: boolean): string {
  const { message } = error as Error;
  if (isSecret || error instanceof ShownFault) return message;
  return `${message}, not ${shownValue(text)}`;
}

/** The items of a list that are wrong, each with its place; ten at most. */
export function wrongItems(items: readonly string[], isRight: (item: string) => boolean): string {
  const wrong = items.flatMap((item, i) =>
    isRight(item) ? [] : [`${shownValue(item)} (${i + 1} of ${items.length})`],
  );
  const others = wrong.length - MOST_ITEMS;
  return `${wrong.slice(0, MOST_ITEMS).join(", ")}${others > 0 ? ` and ${others} more` : ""}`;
}
