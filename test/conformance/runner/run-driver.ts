/** Takes one driver through the corpus, and its package through the package's own tests. */
import type { SecureTokenManager } from "../../../src/core/index.js";
import type { Group } from "../suite/corpus.js";
import type { GuardGroup } from "../suite/guards.js";
import type { WatchGroup } from "../suite/watch.js";
import { type RunningDriver, runCommand, startDriver } from "./driver-process.js";
import { type Driver, missingTool } from "./manifest.js";
import type { Cell, Row, Tally } from "./matrix.js";
import { type CaseContext, runCase } from "./run-case.js";
import { runGuardCase } from "./run-guard-case.js";
import { runWatchCase } from "./run-watch-case.js";
import { startTargets } from "./targets.js";

/** The column of a package's own tests. */
export const OWN_TESTS = "own tests";

/** What every driver runs against. */
export interface World {
  readonly groups: readonly Group[];
  /** The guards' cases; unset where they are not asked for. */
  readonly guards: GuardGroup | undefined;
  /** The scripts of watched verification; unset where they are not asked for. */
  readonly watch: WatchGroup | undefined;
  readonly values: ReadonlyMap<string, string>;
  /** In the corpus' fixed present. */
  readonly manager: SecureTokenManager;
  /** The same keys on the machine's clock, for the package's own tests. */
  readonly liveManager: SecureTokenManager;
  /** Takes note of a problem. */
  report(problem: string): void;
  /** Whether enough is known, so that no further case of a group is run. Unset: all are. */
  isEnough?(): boolean;
}

/** A row of the matrix. What is wrong goes to `world.report`. */
export async function runDriver(driver: Driver, world: World): Promise<Row> {
  const { name } = driver;
  const missing = await missingTool(driver);
  if (missing !== undefined) {
    const skipped = `SKIPPED: this machine has no \`${missing}\``;
    if (process.env.CI) world.report(`${name} ${skipped}`);
    return { name, skipped };
  }
  try {
    await buildDriver(driver);
  } catch (error) {
    world.report(`${name}: ${(error as Error).message}`);
    return { name, skipped: "DOES NOT BUILD" };
  }
  const cells = await runCorpus(driver, world);
  if (driver.tests) cells.set(OWN_TESTS, await runOwnTests(driver, world));
  return { name, cells };
}

/** Builds a driver, and the tests of its package. Throws what the first command that fails says. */
export async function buildDriver(driver: Driver): Promise<void> {
  for (const command of driver.build) await runCommand(command, driver);
}

async function runCorpus(driver: Driver, world: World): Promise<Map<string, Cell>> {
  const { name } = driver;
  const cells = new Map<string, Cell>();
  const targets = await startTargets(world.manager);
  const running = startDriver(driver.run, driver);
  try {
    const { fields } = driver;
    const context = { driver: running, addresses: targets.addresses, values: world.values, fields };
    for (const { name, cases, onOffer } of world.groups) {
      if (driver.notApplicable?.[name] !== undefined) cells.set(name, "n/a");
      else if (onOffer && !driver.offers?.includes(name)) cells.set(name, "none");
      else cells.set(name, await runGroup(driver, name, cases, world, runCase, context));
    }
    if (world.guards)
      cells.set(world.guards.name, await runGuards(driver, world.guards, context, world));
    if (world.watch)
      cells.set(world.watch.name, await runWatch(driver, world.watch, running, world));
    const code = await running.end();
    if (code !== 0) world.report(`${name}: ended with exit code ${code}`);
  } catch (error) {
    world.report(`${name}: ${(error as Error).message}`);
    await running.end().catch(() => {});
  } finally {
    await targets.close();
  }
  return cells;
}

function runGuards(driver: Driver, group: GuardGroup, context: CaseContext, world: World) {
  const { name, cases, policy } = group;
  if (driver.notApplicable?.[name] !== undefined) return "n/a";
  if (!driver.offers?.includes(name)) return "none";
  return runGroup(driver, name, cases, world, runGuardCase, { ...context, policy });
}

function runWatch(driver: Driver, group: WatchGroup, running: RunningDriver, world: World) {
  const { name, cases, tokens } = group;
  if (driver.notApplicable?.[name] !== undefined) return "n/a";
  if (!driver.offers?.includes(name)) return "none";
  return runGroup(driver, name, cases, world, runWatchCase, { driver: running, tokens });
}

/** Runs the cases of a group by `run`, which says what is wrong. */
async function runGroup<It extends { readonly name: string }, Context>(
  driver: Driver,
  group: string,
  cases: readonly It[],
  world: World,
  run: (id: string, it: It, context: Context) => Promise<string | undefined>,
  context: Context,
): Promise<Tally> {
  let passed = 0;
  let total = 0;
  for (const it of cases) {
    if (world.isEnough?.()) break;
    total++;
    const id = `${group}/${it.name}`;
    const trouble = await run(id, it, context);
    const reason = driver.knownFailures.get(id);
    if (trouble === undefined) passed++;
    if (trouble !== undefined && reason === undefined) {
      world.report(`${driver.name}: ${id}: ${trouble}`);
    }
    if (trouble === undefined && reason !== undefined) {
      world.report(`${driver.name}: ${id}: passes, and is listed as a known failure: ${reason}`);
    }
  }
  return { passed, total };
}

async function runOwnTests(driver: Driver, world: World): Promise<Tally> {
  const { tests = [] } = driver;
  const targets = await startTargets(world.liveManager);
  const env = { ...driver.env, SECURE_TOKEN_TARGET: targets.addresses.get("server") as string };
  let passed = 0;
  try {
    for (const command of tests) {
      try {
        await runCommand(command, { folder: driver.folder, env });
        passed++;
      } catch (error) {
        world.report(`${driver.name}: ${(error as Error).message}`);
      }
    }
  } finally {
    await targets.close();
  }
  return { passed, total: tests.length };
}
