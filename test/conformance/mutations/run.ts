/**
 * Breaks watched verification on purpose, one mistake and language after the other, and asks whether the
 * corpus notices: `npm run test:mutations -- [--driver name] [--case words]`, several minutes; with `--case`
 * only the scripts whose name holds one of these words. A mistake's own script comes first, and the first that
 * fails is enough. It edits the files in place and puts them back, so they must hold nothing that is not
 * committed. Maven installs what it builds of them into a repository of this script's own. Ends with 1 where a mistake goes unnoticed, and where the corpus fails without one.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../../src/core/index.js";
import { ROOT } from "../../support/buf.js";
import { scratchMavenRepository } from "../../support/maven-repository.js";
import { type Driver, findDrivers } from "../runner/manifest.js";
import { runDriver } from "../runner/run-driver.js";
import { corpusManager } from "../suite/fixture.js";
import { loadWatchGroup } from "../suite/watch.js";
import { type Mutation, makeMistake } from "./mutation.js";
import { MUTATIONS } from "./mutations.js";

const names = { type: "string", multiple: true } as const;
const { values: options } = parseArgs({ options: { driver: names, case: names } });
const group = loadWatchGroup();
const isChosen = (name: string) => options.case?.some((words) => name.includes(words)) ?? true;
const watch = { ...group, cases: group.cases.filter(({ name }) => isChosen(name)) };
const manager = await corpusManager();
const liveManager = await corpusManager(systemClock);
const drivers = findDrivers()
  .filter(({ name }) => options.driver?.includes(name) ?? true)
  .map(installingApart);

for (const driver of drivers) {
  const mutations = MUTATIONS.filter((mutation) => mutation.driver === driver.name);
  for (const mutation of mutations) {
    const run = () => runWatch(driver, mutation.noticedBy);
    const { failed, notices } = await withMistake(mutation, run);
    tell(driver, mutation.mistake, failed > 0 ? `noticed: ${notices[0]}` : undefined);
  }
  if (mutations.length === 0) continue;
  // What was built last has a mistake in it.
  const { failed, notices } = await runWatch(driver);
  tell(driver, "no mistake", failed === 0 ? "passes" : undefined);
  if (failed > 0) process.stdout.write(`${notices.join("\n")}\n`);
}

/** Where this script ends amid a mistake, other builds on the machine must not find a client that has it. */
function installingApart(driver: Driver): Driver {
  if (!driver.requires.some(([tool]) => tool === "mvn")) return driver;
  const MAVEN_OPTS = `-Dmaven.repo.local=${scratchMavenRepository()}`;
  return { ...driver, env: { ...driver.env, MAVEN_OPTS } };
}

/**
 * How many cases fail, and which: of all, or with a name up to the first that fails, that one's to begin with. A
 * driver that does not build has shown nothing.
 */
async function runWatch(driver: Driver, first?: string) {
  const { tests: _, ...withoutTests } = driver;
  const notices: string[] = [];
  const report = (notice: string) => notices.push(notice.split("\n")[0] as string);
  const world = { groups: [], guards: undefined, values: new Map(), manager, liveManager };
  const cases = watch.cases.toSorted(
    (one, other) => Number(other.name === first) - Number(one.name === first),
  );
  const isEnough = () => first !== undefined && notices.length > 0;
  const { cells, skipped } = await runDriver(withoutTests, {
    ...world,
    watch: { ...watch, cases },
    report,
    isEnough,
  });
  const cell = cells?.get(watch.name);
  if (typeof cell !== "object") throw new Error(`${driver.name}: ${skipped}: ${notices[0]}`);
  return { failed: cell.total - cell.passed, notices };
}

async function withMistake<T>(mutation: Mutation, run: () => Promise<T>): Promise<T> {
  const path = join(ROOT, mutation.file);
  execFileSync("git", ["diff", "--exit-code", "--quiet", "HEAD", "--", path], { cwd: ROOT });
  const right = readFileSync(path, "utf8");
  const restore = () => writeFileSync(path, right);
  const interrupted = () => {
    restore();
    process.exit(1);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupted);
  try {
    writeFileSync(path, makeMistake(mutation, right));
    return await run();
  } finally {
    restore();
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupted);
  }
}

function tell({ name }: Driver, what: string, seen: string | undefined): void {
  process.stdout.write(`${name.padEnd(16)} ${what.padEnd(52)} ${seen ?? "NOT AS IT SHOULD BE"}\n`);
  if (seen === undefined) process.exitCode = 1;
}
