/** Whether revocations can be kept: the folder, and the log that servers share. */
import { constants } from "node:fs";
import { access, lstat, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { checkLogUrl, openLog } from "../../revocation/log/open-log.js";
import { checkStoreFolder, storeFolder } from "../../revocation/store/store-folder.js";
import type { Config } from "../config/index.js";
import { type Finding, fault, ok } from "./finding.js";

/** How long the log may take to answer, in milliseconds. */
const LOG_TIMEOUT_MS = 3_000;

/** DATA_DIR: that this process may write there, and that `serve` would take it. It is not opened: a running server owns it. */
export async function dataDirFindings({ revocations }: Config): Promise<Finding[]> {
  const dataDir = revocations?.dataDir;
  if (dataDir === undefined) return [];
  const store = resolve(storeFolder(dataDir));
  // Folders that are not there yet are made in the first one above that is.
  const nearest = await nearestThere(store);
  try {
    if (!(await stat(nearest)).isDirectory()) {
      const name = nearest === resolve(dataDir) ? "DATA_DIR" : `DATA_DIR: ${nearest}`;
      return [fault(`${name} is not a folder`)];
    }
    await access(nearest, constants.W_OK | constants.X_OK);
    if (nearest === store) await checkStoreFolder(store);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return [fault(code ? `DATA_DIR cannot be written (${code})` : `DATA_DIR: ${message}`)];
  }
  const isThere = nearest === store || nearest === resolve(dataDir);
  return [ok(`DATA_DIR can be written${isThere ? "" : ", and is made at the first start"}`)];
}

async function nearestThere(path: string): Promise<string> {
  for (let at = resolve(path); ; at = dirname(at)) {
    const isThere = await lstat(at).then(
      () => true,
      () => false,
    );
    if (isThere || at === dirname(at)) return at;
  }
}

/** REVOCATION_LOG: that `serve` would take it. Nothing is asked of the log, and no message holds its user or password. */
export async function logUrlFindings({ revocations }: Config): Promise<Finding[]> {
  const url = revocations?.log;
  if (url === undefined) return [];
  try {
    await checkLogUrl(url.reveal());
    return [];
  } catch (error) {
    return [fault(`REVOCATION_LOG ${(error as Error).message}`)];
  }
}

/** REVOCATION_LOG: that it answers; of one that `serve` would not take, `logUrlFindings` tells. */
export async function logFindings(config: Config): Promise<Finding[]> {
  const url = config.revocations?.log;
  if (url === undefined || (await logUrlFindings(config)).length > 0) return [];
  const log = await openLog(url.reveal());
  try {
    await log.read(undefined, LOG_TIMEOUT_MS);
    return [ok(`REVOCATION_LOG ${log.name} answers`)];
  } catch (error) {
    return [fault(`REVOCATION_LOG cannot be used: ${(error as Error).message}`)];
  } finally {
    await log.close();
  }
}
