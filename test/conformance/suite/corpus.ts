/** The corpus: its files, typed and read. README.md says what every member means. */
import { readdirSync, readFileSync } from "node:fs";
import { parseExactJson } from "../../../src/core/exact-json.js";
import { GUARDS } from "./guards.js";
import { WATCH } from "./watch.js";

/** What a step expects: a result in part, or an error in whole. */
export type Expectation =
  | { readonly result: unknown; readonly error?: undefined }
  | { readonly error: ExpectedError; readonly result?: undefined };

/** An error as a driver tells it. What is not named must be absent, `message` of an RPC apart. */
export interface ExpectedError {
  readonly kind: "TOKEN_ERROR" | "TOKEN_EXPIRED" | "INVALID_TOKEN" | "PERMISSION_DENIED" | "RPC";
  readonly code: string;
  readonly reason?: string;
  readonly field?: string;
  readonly message?: string;
  readonly expiredAt?: string;
  readonly requiredPermission?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** One call. */
export interface Step {
  readonly rpc: string;
  readonly request: unknown;
  /** Whom to call. Default `server`. */
  readonly target?: string;
  readonly timeoutMs?: number;
  readonly apiKey?: string;
  /** The files that the client is given; unset: plaintext. */
  readonly tls?: readonly ("caFile" | "certFile" | "keyFile")[];
  readonly expect?: Expectation;
  /** Names for parts of the result, by path: `{"token": "refreshed"}`. */
  readonly save?: Readonly<Record<string, string>>;
  /** How long the call may and must take. */
  readonly elapsedMs?: { readonly min: number; readonly max: number };
}

/** One behaviour. */
export interface Case extends Step {
  readonly name: string;
  readonly expect: Expectation;
  /** Calls made first, which must succeed or end as they expect. */
  readonly before?: readonly Step[];
}

/** The cases of one file. */
export interface Group {
  readonly name: string;
  readonly about: string;
  /** Whether only drivers take part that list the group in their `offers`. Default false. */
  readonly onOffer?: boolean;
  readonly cases: readonly Case[];
}

const FOLDER = new URL("../cases/", import.meta.url);

/** Every group of calls, in the order of the file names. Names of cases are unique within their group. */
export function loadCorpus(): Group[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json") && ![`${GUARDS}.json`, `${WATCH}.json`].includes(file))
    .sort()
    .map((file) => {
      const content = readExactJson(readFileSync(new URL(file, FOLDER), "utf8"));
      const group = { name: file.slice(0, -".json".length), ...(content as Omit<Group, "name">) };
      const names = group.cases.map(({ name }) => name);
      const twice = names.find((name, i) => names.indexOf(name) !== i);
      if (twice !== undefined) throw new Error(`${file} has two cases named "${twice}"`);
      return group;
    });
}

/** Any JSON, with every digit of its integers. */
export function readExactJson(text: string): unknown {
  JSON.parse(text); // parseExactJson is for what is known to be JSON
  return parseExactJson(text);
}
