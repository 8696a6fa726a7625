/** Names in JSON that mean nothing where they stand, each with the name that was probably meant. */
import { editDistance } from "./edit-distance.js";
import { shownText } from "./shown-text.js";

/** The most names that one message lists. */
export const MOST_UNKNOWN_NAMES = 10;
/** The most characters of a name that a message shows. */
const SHOWN_NAME = 40;
/** A shorter name begins too many others. */
const SHORTEST_BEGINNING = 5;
/** From this length on two letters of a name may be wrong; below, one. */
const LONG_NAME = 6;

/** A name in a message: on its own where it is one word, else in JSON quotes; ASCII, and cut. */
export function shownName(name: string): string {
  return /^\w+$/.test(name) && name.length <= SHOWN_NAME ? name : shownText(name, SHOWN_NAME);
}

/**
 * The known name that becomes `name` by the fewest letters put in, left out or replaced, one or two at
 * most; else the longest that `name` goes on from: `expiresIn` of `expiresInHours`. Case and the signs
 * between words do not count.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  // The work grows with the length, and no known name is as long.
  if (name.length > SHOWN_NAME) return undefined;
  const text = letters(name);
  const ranked = known
    .map((one) => ({ one, distance: editDistance(text, letters(one)) }))
    .sort((a, b) => a.distance - b.distance);
  const [nearest] = ranked;
  if (nearest && nearest.distance <= (letters(nearest.one).length < LONG_NAME ? 1 : 2)) {
    return nearest.one;
  }
  return ranked
    .map(({ one }) => one)
    .filter((one) => one.length >= SHORTEST_BEGINNING && text.startsWith(letters(one)))
    .sort((a, b) => letters(b).length - letters(a).length)[0];
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, "");
}
