/**
 * grpcio, grpc-java and tonic at their own limit: `npm run test:peers`. Each runs on what its client of ours
 * is built with, so that the drivers of `npm run test:clients` are built first.
 */
import { join } from "node:path";
import { runCommand } from "../../../conformance/runner/driver-process.js";
import { type Driver, findDrivers, missingTool } from "../../../conformance/runner/manifest.js";
import { ROOT } from "../../../support/buf.js";
import { type FullSpeedProgram, fullSpeedSuite } from "./full-speed-suite.js";

const RUST_PACKAGES = ["secure-token-full-speed", "secure-token-conformance-driver"];

/** A driver, and the program that stands beside it. */
interface Peer {
  readonly name: string;
  readonly driver: string;
  readonly command: (folder: string) => FullSpeedProgram["command"];
  /** Builds the program itself, where it must be built; runs in `rust`. */
  readonly build?: readonly string[];
  readonly loses?: RegExp;
}

const PEERS: readonly Peer[] = [
  {
    name: "grpcio",
    driver: "python",
    command: (folder) => [join(folder, ".venv/bin/python"), file("python/calls.py")],
  },
  {
    name: "grpc-java",
    driver: "java",
    command: (folder) => ["java", "-cp", join(folder, "target/lib/*"), file("java/Calls.java")],
  },
  {
    name: "tonic",
    driver: "rust",
    command: () => [join(targetFolder(), "debug/secure-token-full-speed")],
    // hyper drops the calls that wait to be sent when a GOAWAY comes, whatever it says, and sends none again that
    // was refused. Our client does.
    loses: /^(?:Cancelled|Internal|Unavailable|Unknown): /,
    // With the driver: the features that both ask for are built already.
    build: [
      "cargo",
      "build",
      "--quiet",
      "--locked",
      ...RUST_PACKAGES.map((it) => `--package=${it}`),
    ],
  },
];

for (const { name, driver: language, command, build, loses } of PEERS) {
  const driver = findDrivers().find((each) => each.name === language) as Driver;
  const missing = await missingTool(driver);
  fullSpeedSuite({
    name,
    // Continuous integration has all of them; there the test fails.
    skip: missing !== undefined && !process.env.CI && `${missing} does not run here`,
    async build() {
      for (const step of driver.build) await runCommand(step, driver);
      if (build) await runCommand(build, { folder: join(import.meta.dirname, "rust") });
    },
    command: command(driver.folder),
    loses,
  });
}

function file(name: string): string {
  return join(import.meta.dirname, name);
}

function targetFolder(): string {
  return process.env.CARGO_TARGET_DIR ?? join(ROOT, "gen/rust/target");
}
