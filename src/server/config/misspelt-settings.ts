/** Finds variables that look like settings and are none: CALLER_FILE, SECRET_KEYS. */
import type { Env } from "../../core/environment.js";
import { SETTINGS } from "./settings.js";

/** Shorter names have too many neighbours: HOST and POST, SALT and SALE. */
const SHORTEST = 7;
/** From this length on, two letters may be wrong; below, one. */
const LONG = 10;

/** A line for every variable that resembles a setting which is itself not set. */
export function misspeltHints(env: Env): string[] {
  const candidates = Object.keys(SETTINGS).filter(
    (name) => name.length >= SHORTEST && env[name] === undefined,
  );
  return Object.keys(env).flatMap((name) => {
    if (Object.hasOwn(SETTINGS, name)) return [];
    const meant = candidates.find((setting) => resembles(name.toUpperCase(), setting));
    return meant === undefined ? [] : [`${name} is no setting; did you mean ${meant}?`];
  });
}

function resembles(name: string, setting: string): boolean {
  const most = setting.length >= LONG ? 2 : 1;
  if (Math.abs(name.length - setting.length) > most) return false;
  return distance(name, setting) <= most;
}

/** How many letters must be put in, left out or replaced (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, char] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (row[j] as number) + (char === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}
