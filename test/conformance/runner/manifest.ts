/** The drivers, as their manifests describe them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FieldSpelling } from "../suite/field-spelling.js";
import { runCommand } from "./driver-process.js";

/** `driver.json`: how a driver is built and run. Commands run in the driver's own folder. */
export interface Manifest {
  /** The name in the matrix. */
  readonly name: string;
  /** Commands that succeed where the language's tools are: `["cargo", "--version"]`. */
  readonly requires: readonly (readonly string[])[];
  /** Commands that build the driver, in turn. */
  readonly build: readonly (readonly string[])[];
  /** The command that runs it. */
  readonly run: readonly string[];
  /** Commands that run the package's own tests; SECURE_TOKEN_TARGET names a server on real time. */
  readonly tests?: readonly (readonly string[])[];
  /** The groups beyond calls that the driver takes part in: `["guards"]`. Default none. */
  readonly offers?: readonly string[];
  /** How the language's clients spell the field of an error: the wire's `expires_in`, or `expiresIn`. */
  readonly fields: FieldSpelling;
  /** Variables added to the environment of every command. */
  readonly env?: Readonly<Record<string, string>>;
  /** Why the language's platform rules a group out, by the group's name. */
  readonly notApplicable?: Readonly<Record<string, string>>;
}

/** A driver that was found. */
export interface Driver extends Manifest {
  readonly folder: string;
  /** Why a case is known to fail, by `group/name of the case`. It must fail indeed. */
  readonly knownFailures: ReadonlyMap<string, string>;
}

const FOLDER = new URL("../drivers/", import.meta.url);

/** Every folder of drivers/ that holds a driver.json. */
export function findDrivers(): Driver[] {
  return readdirSync(FOLDER)
    .map((name) => new URL(`${name}/`, FOLDER))
    .filter((folder) => existsSync(new URL("driver.json", folder)))
    .map((folder) => {
      const failures = new URL("known-failures.json", folder);
      const reasons = existsSync(failures) ? Object.entries<string>(readJson(failures)) : [];
      return {
        ...(readJson(new URL("driver.json", folder)) as Manifest),
        folder: fileURLToPath(folder),
        knownFailures: new Map(reasons),
      };
    });
}

/** The first tool that a driver misses on this machine. */
export async function missingTool(driver: Driver): Promise<string | undefined> {
  for (const command of driver.requires) {
    try {
      await runCommand(command, driver);
    } catch {
      return command.join(" ");
    }
  }
  return undefined;
}

function readJson(file: URL) {
  return JSON.parse(readFileSync(file, "utf8"));
}
