/**
 * grpcio, grpc-java, tonic and our client over it at their own limit: `npm run test:peers`. Each runs on what its client of ours
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

/** Builds the program of tonic and of our client for Rust, with the driver: the features that all ask for are built already. */
const BUILD_RUST = [
  "cargo",
  "build",
  "--quiet",
  "--locked",
  ...RUST_PACKAGES.map((it) => `--package=${it}`),
];

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
    // hyper looks for a GOAWAY only when it is given the next call, and drops that call with all that wait behind it,
    // whatever the GOAWAY says (hyper 1.12, `ClientTask::poll`: `poll_ready` fails, and the queue goes with the task).
    // Only a connection that ends without a call under way loses none, and at full speed there is always one. So no
    // order of frames helps, and the calls that are lost are at most those that were made at once.
    loses: /^(?:Cancelled|Internal|Unavailable|Unknown): /,
    build: BUILD_RUST,
  },
  {
    name: "secure-token-client for Rust",
    driver: "rust",
    // Sends again what hyper has dropped.
    command: () => [
      join(targetFolder(), "debug/secure-token-full-speed"),
      "-client",
      "secure-token",
    ],
    build: BUILD_RUST,
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
