/** Builds and starts the services of all languages that this machine has the tools for. */
import { LANGUAGES } from "./languages.mjs";
import { buildService, startService } from "./services.mjs";

/**
 * Builds the `chosen` languages (lower case; all where undefined) into a scratch folder. Gives the rows of
 * LANGUAGES that are built, and the others as `missing`, with the reason. Throws where `signal` is aborted.
 */
export function buildServices(chosen, scratch, signal) {
  const rows = LANGUAGES.filter(({ language }) => chosen?.includes(language.toLowerCase()) ?? true);
  return each(rows, signal, async (row) => {
    await buildService(row, scratch, signal);
    return row;
  });
}

/**
 * Starts rows that are built, with the token service's URL and settings of the environment. `started` is
 * called with each service at once: it closes it, also where a later one fails. Gives the services that
 * run, and the others as `missing`, with the reason.
 */
export function startServices(rows, scratch, { tokenService, settings, signal, started }) {
  return each(rows, signal, async (row) => {
    const service = await startService(row, scratch, { tokenService, settings, signal });
    started(service);
    return service;
  });
}

/** What `make` gives for each row, one after the other, and the rows for which it throws. */
async function each(rows, signal, make) {
  const done = [];
  const missing = [];
  for (const row of rows) {
    try {
      done.push(await make(row));
    } catch (error) {
      signal.throwIfAborted();
      missing.push({ language: row.language, reason: error.message });
      process.stderr.write(`${row.language} is left out: ${error.message}\n`);
    }
  }
  return { done, missing };
}
