/** Finds variables that look like settings and are none: CALLER_FILE, SECRET_KEYS. */

import { editDistance } from "../../core/edit-distance.js";
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
  return editDistance(name, setting) <= most;
}
