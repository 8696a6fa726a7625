/** What keeps a server's revocations, from its configuration: in one process, and in workers. */
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { type Secret, systemClock } from "../core/index.js";
import { KEEP_MICROS, RevocationAuthority } from "../revocation/authority.js";
import { openLog } from "../revocation/log/open-log.js";
import { NO_REGISTER, type RevocationRegister } from "../revocation/register.js";
import { openLevelStore } from "../revocation/store/level-store.js";
import { StoreError } from "../revocation/store/store.js";
import { WorkerLink } from "../revocation/workers/worker-link.js";
import { WorkerRegister } from "../revocation/workers/worker-register.js";
import type { ForkedWorker, Primary } from "./cluster.js";
import { type Config, ConfigError } from "./config/index.js";

/** Bytes of the name of a feed. */
const FEED_ID_LENGTH = 12;

/**
 * Opens what keeps revocations, in the one process that owns it. Undefined with REVOCATIONS=off.
 * @throws ConfigError when DATA_DIR or REVOCATION_LOG cannot be used.
 */
export async function openAuthority(
  { revocations }: Config,
  logger: Logger,
): Promise<RevocationAuthority | undefined> {
  if (!revocations) return undefined;
  const { dataDir, log: logUrl, logRequired, maxStalenessMs } = revocations;
  const log = logUrl && (await connectLog(logUrl));
  const store = dataDir === undefined ? undefined : await openStore(dataDir);
  if (log) logger.info({ log: log.name }, "revocation log is followed");
  const authority = await RevocationAuthority.open({
    clock: systemClock,
    feedId: randomBytes(FEED_ID_LENGTH).toString("base64url"),
    reporter: logger,
    store,
    log,
    logRequired,
    maxStalenessMs,
  }).catch((error: Error) => {
    if (!(error instanceof StoreError)) throw error;
    throw new ConfigError([`DATA_DIR ${dataDir} ${error.message}`]);
  });
  if (store) logger.info({ entries: authority.index.size }, "revocations read");
  return authority;
}

/** Feeds a worker; one that confirms nothing is ended, and replaced by the pool. */
export function linkWorker(
  authority: RevocationAuthority | undefined,
  worker: ForkedWorker,
  logger: Logger,
): void {
  if (!authority) return;
  new WorkerLink({
    authority,
    channel: worker.revocations,
    gone: worker.exited,
    end() {
      logger.error({ pid: worker.pid }, "worker does not confirm a revocation: ended");
      worker.kill();
    },
  });
}

/** A worker's copy; settles once all that is revoked is in force in it. */
export async function joinAuthority(
  { revocations }: Config,
  primary: Primary,
): Promise<RevocationRegister> {
  if (!revocations) return NO_REGISTER;
  return WorkerRegister.join({
    channel: primary.revocations,
    clock: systemClock,
    maxStalenessMs: revocations.maxStalenessMs,
    keepMicros: KEEP_MICROS,
  });
}

async function openStore(dataDir: string) {
  try {
    return await openLevelStore(dataDir);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new ConfigError([`DATA_DIR ${error.message}`]);
  }
}

async function connectLog(url: Secret) {
  try {
    return await openLog(url.reveal());
  } catch (error) {
    throw new ConfigError([`REVOCATION_LOG ${(error as Error).message}`]);
  }
}
