/** Python's `hpack` as a process. See python_peer.py for what goes in and comes out. */
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const VENV = here("../../../node_modules/.cache/hpack-venv");
const PYTHON = `${VENV}/bin/python`;

/** A field, and whether it is never to be indexed. */
export type PeerField = readonly [name: string, value: string, sensitive: boolean];

/** What a connection's encoder and decoder are to do. */
export interface PeerConnection {
  readonly tables: readonly number[];
  readonly lists: readonly (readonly PeerField[])[];
  readonly huffman: boolean;
  /** Blocks in hexadecimal. */
  readonly blocks: readonly string[];
}

/** What they did. */
export interface PeerResult {
  readonly encoded: readonly string[];
  /** The lists of the blocks; null, at the end, for a block that is malformed. */
  readonly decoded: readonly ((readonly [string, string])[] | null)[];
}

/** A running peer. */
export interface PythonPeer {
  serve(connections: readonly PeerConnection[]): Promise<readonly PeerResult[]>;
  close(): void;
}

/** Whether a Python with the package is there. */
export function hasPythonPeer(): boolean {
  try {
    execFileSync(PYTHON, ["-c", "import hpack"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Installs the package into a folder of its own. Needs python3 and the package index. */
export function installPythonPeer(): void {
  execFileSync("python3", ["-m", "venv", VENV], { stdio: "inherit" });
  const install = ["-m", "pip", "install", "--quiet", "--requirement", here("requirements.txt")];
  execFileSync(PYTHON, install, { stdio: "inherit" });
}

/** Starts the peer. */
export function startPythonPeer(): PythonPeer {
  const child = spawn(PYTHON, [here("python_peer.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(line));
  child.on("exit", () => {
    for (const { reject } of waiting.splice(0)) reject(new Error("the Python peer has ended"));
  });
  return {
    async serve(connections) {
      child.stdin.write(`${JSON.stringify(connections)}\n`);
      const line = await new Promise<string>((resolve, reject) =>
        waiting.push({ resolve, reject }),
      );
      return JSON.parse(line) as readonly PeerResult[];
    },
    close: () => child.stdin.end(),
  };
}
