/**
 * A fleet on a real log: `npm run bench:fleet -- [revocations] [validations a second]`, by default
 * 1,000 and 2,000, on PostgreSQL and on Redis. First how soon a revocation is known everywhere, then
 * what servers answer while the log is away; about seven minutes.
 */
import {
  type FleetEngine,
  startFleetPostgres,
  startFleetRedis,
} from "../../test/support/fleet-engine.js";
import { revokedEverywhere } from "./everywhere.js";
import { OUTAGES, watchOutage, watchPartition } from "./outage.js";

const REVOCATIONS = Number(process.argv[2] ?? 1_000);
const VALIDATIONS_PER_SECOND = Number(process.argv[3] ?? 2_000);
const PARTITION_SECONDS = 45;

await measure("PostgreSQL", startFleetPostgres);
await measure("Redis", startFleetRedis);

async function measure(name: string, start: () => Promise<FleetEngine>): Promise<void> {
  const engine = await start();
  try {
    const seen = await revokedEverywhere(engine.direct, REVOCATIONS, VALIDATIONS_PER_SECOND);
    process.stdout.write(`\n${name}: ${seen}\n`);
    for (const outage of OUTAGES) await watchOutage(engine, outage);
    await watchPartition(engine, PARTITION_SECONDS);
  } finally {
    await engine.close();
  }
}
