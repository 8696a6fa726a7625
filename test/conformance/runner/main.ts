/**
 * Runs the corpus through every driver: `npm run test:clients -- [--driver name] [--group name] [--part 1/2] [--build]`.
 * With --build it builds the drivers alone; --part is one of so many parts of the drivers, for machines with several cores.
 * Ends with 1 when a case or a package's own test fails, when a known failure passes or names no
 * case, and, where CI is set, when a driver is skipped.
 */
import { parseArgs } from "node:util";
import { systemClock } from "../../../src/core/index.js";
import { VERSION } from "../../../src/server/version.js";
import { loadCorpus } from "../suite/corpus.js";
import { corpusManager } from "../suite/fixture.js";
import { loadGuardGroup } from "../suite/guards.js";
import { loadWatchGroup } from "../suite/watch.js";
import tokens from "../tokens.json" with { type: "json" };
import { type Driver, findDrivers } from "./manifest.js";
import { formatMatrix, type Row } from "./matrix.js";
import { buildDriver, OWN_TESTS, runDriver, type World } from "./run-driver.js";

// As in the server's own process: "__proto__" is an ordinary name of a Struct's member.
Reflect.deleteProperty(Object.prototype, "__proto__");

const { values: options } = parseArgs({
  options: {
    driver: { type: "string", multiple: true },
    group: { type: "string", multiple: true },
    part: { type: "string", default: "1/1" },
    build: { type: "boolean", default: false },
  },
});
const chosen = (names: readonly string[] | undefined, name: string) =>
  names === undefined || names.includes(name);
const corpus = loadCorpus();
const guards = loadGuardGroup();
const watch = loadWatchGroup();
const drivers = partOf(
  findDrivers().filter(({ name }) => chosen(options.driver, name)),
  options.part,
);
if (options.build) {
  for (const driver of drivers) await buildDriver(driver);
  process.exit();
}
const problems: string[] = [];
const world: World = {
  groups: corpus.filter(({ name }) => chosen(options.group, name)),
  guards: chosen(options.group, guards.name) ? guards : undefined,
  watch: chosen(options.group, watch.name) ? watch : undefined,
  values: new Map([
    ...named("tokens", tokens.tokens),
    ...named("ids", tokens.ids),
    ...named("keyIds", tokens.keyIds),
    ["serverVersion", VERSION],
  ]),
  manager: await corpusManager(),
  liveManager: await corpusManager(systemClock),
  report: (problem) => problems.push(problem),
};
const ids = new Set(
  [...corpus, guards, watch].flatMap(({ name, cases }) => cases.map((it) => `${name}/${it.name}`)),
);
for (const driver of drivers) {
  for (const id of driver.knownFailures.keys()) {
    if (!ids.has(id)) world.report(`${driver.name}: a known failure names no case: ${id}`);
  }
}
// One after the other: the servers of all run in this process, and one driver's million entries would keep another's waiting.
const rows: Row[] = [];
for (const driver of drivers) {
  const begin = performance.now();
  rows.push(await runDriver(driver, world));
  // At once: a run that is cut off has told what it had found.
  const seconds = Math.round((performance.now() - begin) / 1000);
  const found = problems.map((it) => `\n  ${it}`).join("");
  process.stdout.write(
    `${driver.name}: ran for ${seconds} s, problems so far: ${problems.length}${found}\n`,
  );
}
const asked = [...world.groups, world.guards, world.watch].filter((group) => group !== undefined);
const columns = [...asked.map(({ name }) => name), OWN_TESTS];
const lines = ["", formatMatrix(columns, rows), "", ...problems];
process.stdout.write(`${lines.join("\n")}\n`);
process.exitCode = problems.length > 0 || drivers.length === 0 ? 1 : 0;

function named(prefix: string, values: Record<string, string>): [string, string][] {
  return Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]);
}

/** The drivers of a part `1/2`. In their order: those that share a folder are in one part. */
function partOf(all: readonly Driver[], part: string): readonly Driver[] {
  const [, number, count] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(part) ?? [];
  const [at, of] = [Number(number), Number(count)];
  if (!(at <= of)) throw new RangeError("--part must be a number of a count: 1/2");
  return all.slice(Math.floor(((at - 1) * all.length) / of), Math.floor((at * all.length) / of));
}
