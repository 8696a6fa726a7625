/** Takes one driver through the corpus, and its package through the package's own tests. */
import type { SecureTokenManager } from "../../../src/core/index.js";
import type { Group } from "../suite/corpus.js";
import { runCommand, startDriver } from "./driver-process.js";
import { type Driver, missingTool } from "./manifest.js";
import type { Cell, Row, Tally } from "./matrix.js";
import { type CaseContext, runCase } from "./run-case.js";
import { startTargets } from "./targets.js";

/** The column of a package's own tests. */
export const OWN_TESTS = "own tests";

/** What every driver runs against. */
export interface World {
  readonly groups: readonly Group[];
  readonly values: ReadonlyMap<string, string>;
  /** In the corpus' fixed present. */
  readonly manager: SecureTokenManager;
  /** The same keys on the machine's clock, for the package's own tests. */
  readonly liveManager: SecureTokenManager;
  /** Takes note of a problem. */
  report(problem: string): void;
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
    for (const command of driver.build) await runCommand(command, driver);
  } catch (error) {
    world.report(`${name}: ${(error as Error).message}`);
    return { name, skipped: "DOES NOT BUILD" };
  }
  const cells = await runCorpus(driver, world);
  if (driver.tests) cells.set(OWN_TESTS, await runOwnTests(driver, world));
  return { name, cells };
}

async function runCorpus(driver: Driver, world: World): Promise<Map<string, Cell>> {
  const { name } = driver;
  const cells = new Map<string, Cell>();
  const targets = await startTargets(world.manager);
  const running = startDriver(driver.run, driver);
  try {
    for (const group of world.groups) {
      if (driver.notApplicable?.[group.name] !== undefined) {
        cells.set(group.name, "n/a");
        continue;
      }
      const context = { driver: running, addresses: targets.addresses, values: world.values };
      cells.set(group.name, await runGroup(driver, group, context, world));
    }
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

async function runGroup(driver: Driver, group: Group, context: CaseContext, world: World) {
  let passed = 0;
  for (const it of group.cases) {
    const id = `${group.name}/${it.name}`;
    const trouble = await runCase(id, it, context);
    const reason = driver.knownFailures.get(id);
    if (trouble === undefined) passed++;
    if (trouble !== undefined && reason === undefined) {
      world.report(`${driver.name}: ${id}: ${trouble}`);
    }
    if (trouble === undefined && reason !== undefined) {
      world.report(`${driver.name}: ${id}: passes, and is listed as a known failure: ${reason}`);
    }
  }
  return { passed, total: group.cases.length };
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
