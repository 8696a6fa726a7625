/** Finds variables that look like settings and are none: CALLER_FILE, SECRET_KEYS, LOG_DEST. */

import { editDistance } from "../../core/edit-distance.js";
import type { Env } from "../../core/environment.js";
import { SETTINGS } from "./settings.js";

/** Shorter names have too many neighbours: HOST and POST, SALT and SALE. Of these, other letter cases alone count. */
const SHORTEST = 7;
/** From this length on, two letters may be wrong; below, one. */
const LONG = 10;
/** Of OpenTelemetry's many names, which begin alike, most are no settings of this server. */
const FOREIGN = /^OTEL_/;

/** A line for every variable that resembles a setting which is itself not set. */
export function misspeltHints(env: Env): string[] {
  const unset = Object.keys(SETTINGS).filter((name) => env[name] === undefined);
  const candidates = unset.filter((name) => name.length >= SHORTEST);
  return Object.keys(env).flatMap((name) => {
    if (Object.hasOwn(SETTINGS, name)) return [];
    const written = name.toUpperCase();
    const meant =
      unset.find((setting) => setting === written) ??
      candidates.find((setting) => resembles(singular(written), singular(setting))) ??
      continued(written, candidates);
    return meant === undefined ? [] : [`${name} is no setting; did you mean ${meant}?`];
  });
}

/** TRUSTED_PROXY is three letters from TRUSTED_PROXIES. */
function singular(name: string): string {
  return name.replace(/IES(?=_|$)/g, "Y");
}

/** The one setting that begins with a whole name: LOG_DESTINATION of LOG_DEST. */
function continued(name: string, settings: readonly string[]): string | undefined {
  if (name.length < SHORTEST || FOREIGN.test(name)) return undefined;
  const [meant, ...others] = settings.filter((setting) => setting.startsWith(name));
  return others.length === 0 ? meant : undefined;
}

function resembles(name: string, setting: string): boolean {
  const most = setting.length >= LONG ? 2 : 1;
  if (Math.abs(name.length - setting.length) > most) return false;
  return editDistance(name, setting) <= most;
}
