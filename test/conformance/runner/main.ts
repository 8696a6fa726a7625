/**
 * Runs the corpus through every driver: `npm run test:clients -- [--driver name] [--group name]`.
 * Ends with 1 when a case fails, when a known failure passes, and, where CI is set, when a driver is
 * skipped.
 */
import { parseArgs } from "node:util";
import type { SecureTokenManager } from "../../../src/core/index.js";
import { type Group, loadCorpus } from "../suite/corpus.js";
import { corpusManager } from "../suite/fixture.js";
import tokens from "../tokens.json" with { type: "json" };
import { runCommand, startDriver } from "./driver-process.js";
import { type Driver, findDrivers, missingTool } from "./manifest.js";
import { formatMatrix, type Row, type Tally } from "./matrix.js";
import { runCase } from "./run-case.js";
import { startTargets } from "./targets.js";

// As in the server's own process: "__proto__" is an ordinary name of a Struct's member.
Reflect.deleteProperty(Object.prototype, "__proto__");

const { values: options } = parseArgs({
  options: {
    driver: { type: "string", multiple: true },
    group: { type: "string", multiple: true },
  },
});
const chosen = (names: readonly string[] | undefined, name: string) =>
  names === undefined || names.includes(name);
const groups = loadCorpus().filter(({ name }) => chosen(options.group, name));
const drivers = findDrivers().filter(({ name }) => chosen(options.driver, name));
const values = new Map([
  ...Object.entries(tokens.tokens).map(([name, token]) => [`tokens.${name}`, token] as const),
  ...Object.entries(tokens.ids).map(([name, id]) => [`ids.${name}`, id] as const),
  ...Object.entries(tokens.keyIds).map(([name, id]) => [`keyIds.${name}`, id] as const),
]);
const manager = await corpusManager();
const problems: string[] = [];
const rows: Row[] = [];
for (const driver of drivers) rows.push(await runDriver(driver, manager));
say(
  `\n${formatMatrix(
    groups.map(({ name }) => name),
    rows,
  )}\n`,
);
for (const problem of problems) say(problem);
process.exitCode = problems.length > 0 || drivers.length === 0 ? 1 : 0;

async function runDriver(driver: Driver, manager: SecureTokenManager): Promise<Row> {
  const { name } = driver;
  const missing = await missingTool(driver);
  if (missing !== undefined) {
    const skipped = `SKIPPED: this machine has no \`${missing}\``;
    if (process.env.CI) problems.push(`${name} ${skipped}`);
    return { name, skipped };
  }
  try {
    for (const command of driver.build) await runCommand(command, driver);
  } catch (error) {
    problems.push(`${name}: ${(error as Error).message}`);
    return { name, skipped: "DOES NOT BUILD" };
  }
  const targets = await startTargets(manager);
  const running = startDriver(driver.run, driver);
  const tallies = new Map<string, Tally>();
  try {
    for (const group of groups) {
      if (driver.notApplicable?.[group.name] !== undefined) continue;
      const context = { driver: running, addresses: targets.addresses, values };
      tallies.set(group.name, await runGroup(driver, group, context));
    }
    const code = await running.end();
    if (code !== 0) problems.push(`${name}: ended with exit code ${code}`);
  } catch (error) {
    problems.push(`${name}: ${(error as Error).message}`);
    await running.end().catch(() => {});
  } finally {
    await targets.close();
  }
  return { name, tallies };
}

async function runGroup(
  { name, knownFailures }: Driver,
  group: Group,
  context: Parameters<typeof runCase>[2],
): Promise<Tally> {
  let passed = 0;
  for (const it of group.cases) {
    const id = `${group.name}/${it.name}`;
    const trouble = await runCase(id, it, context);
    const reason = knownFailures.get(id);
    if (trouble === undefined) passed++;
    if (trouble !== undefined && reason === undefined) {
      problems.push(`${name}: ${id}: ${trouble}`);
    }
    if (trouble === undefined && reason !== undefined) {
      problems.push(`${name}: ${id}: passes, and is listed as a known failure: ${reason}`);
    }
  }
  return { passed, total: group.cases.length };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
