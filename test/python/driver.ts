/** The Python library as a process: requests go in, outcomes come back in order. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What an operation gave, in either language. */
export type Outcome =
  // biome-ignore lint/suspicious/noExplicitAny: each operation has a result of its own shape.
  { readonly ok: any } | { readonly exception: string; readonly message: string };

/** A running driver. */
export interface PythonDriver {
  /** Runs one operation. Many may be under way: they are answered in order. */
  call(request: object): Promise<Outcome>;
  close(): void;
}

/** Both sides' key: at 100,000 iterations, which the library has built in. */
export const EXCHANGE_KEY = {
  secretKey: "Exchange_Key#2026-\u00e9",
  salt: Buffer.from("00112233445566778899aabbccddeeff", "hex"),
  iterations: 100_000,
};

/** Starts the driver and derives its key. */
export async function startDriver(python: string): Promise<PythonDriver> {
  const file = fileURLToPath(new URL("./driver.py", import.meta.url));
  const env = { ...process.env, TZ: "UTC", PYTHONUTF8: "1" };
  const child = spawn(python, [file], { stdio: ["pipe", "pipe", "inherit"], env });
  const waiting: ((outcome: Outcome | undefined) => void)[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    waiting.shift()?.(JSON.parse(line, readInteger));
  });
  child.on("exit", () => {
    for (const answer of waiting.splice(0)) answer(undefined);
  });
  const call = async (request: object) => {
    child.stdin.write(`${JSON.stringify(request, writeInteger)}\n`);
    const outcome = await new Promise<Outcome | undefined>((resolve) => waiting.push(resolve));
    if (outcome === undefined) throw new Error(`the driver ended on ${JSON.stringify(request)}`);
    return outcome;
  };
  const { secretKey, salt } = EXCHANGE_KEY;
  await call({ op: "start", secret_key: secretKey, salt: salt.toString("hex") });
  return { call, close: () => child.stdin.end() };
}

function writeInteger(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? { $int: String(value) } : value;
}

function readInteger(_name: string, value: unknown): unknown {
  const digits = (value as { $int?: string } | null)?.$int;
  return digits === undefined ? value : BigInt(digits);
}
