/** Whether revocations can be kept: the folder, and the log that servers share. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { openLog } from "../../revocation/log/open-log.js";
import type { Config } from "../config/index.js";
import { type Finding, fault, ok } from "./finding.js";

/** How long the log may take to answer, in milliseconds. */
const LOG_TIMEOUT_MS = 3_000;

/** DATA_DIR: that this process may write there. It is not opened: a running server owns it. */
export async function dataDirFindings({ revocations }: Config): Promise<Finding[]> {
  const dataDir = revocations?.dataDir;
  if (dataDir === undefined) return [];
  try {
    const exists = await stat(dataDir).catch(() => undefined);
    if (exists && !exists.isDirectory()) return [fault("DATA_DIR is not a folder")];
    // A folder that is not there yet is made in the one above.
    await access(exists ? dataDir : dirname(dataDir), constants.W_OK | constants.X_OK);
    return [ok(`DATA_DIR can be written${exists ? "" : ", and is made at the first start"}`)];
  } catch (error) {
    return [fault(`DATA_DIR cannot be written (${(error as NodeJS.ErrnoException).code})`)];
  }
}

/** REVOCATION_LOG: that it answers. No message holds its user or password. */
export async function logFindings({ revocations }: Config): Promise<Finding[]> {
  const url = revocations?.log;
  if (url === undefined) return [];
  try {
    const log = await openLog(url.reveal());
    try {
      await log.read(undefined, LOG_TIMEOUT_MS);
      return [ok(`REVOCATION_LOG ${log.name} answers`)];
    } finally {
      await log.close();
    }
  } catch (error) {
    return [fault(`REVOCATION_LOG cannot be used: ${(error as Error).message}`)];
  }
}
