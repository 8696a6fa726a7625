/** The file of KEYSET_FILE: what docs/keyset-file.schema.json says, and what no schema can say. */
import { parseSalt } from "../core/environment.js";
import { Secret, validateSecretKey } from "../core/index.js";
import { validatePbkdf2Iterations } from "../core/settings.js";
import { ConfigError } from "./config/index.js";
import { type KeysetTrust, keysetAccessFaults } from "./file-access.js";
import { parseJsonFile, unknownNames } from "./json-file.js";
import type { FileSnapshot } from "./watched-file.js";

/** The largest keyset file, in bytes. */
export const MAX_KEYSET_BYTES = 64 * 1024;
/** The most keys in one file: each is tried for a token that none of them made. */
export const MAX_KEYSET_KEYS = 16;
/** The most characters of a secret key, and bytes of a salt. */
const MAX_SECRET_LENGTH = 1024;

const STATES = ["staged", "primary", "secondary"] as const;
/** A key's state as the file spells it. */
export type FileKeyState = (typeof STATES)[number];

/** A key as the file holds it; prints without its secret. */
export interface FileKey {
  /** The fingerprint of the key that is derived from the rest. */
  readonly keyId: string;
  readonly state: FileKeyState;
  readonly secretKey: Secret;
  readonly salt: Uint8Array;
  /** PBKDF2 iterations. */
  readonly iterations: number;
  /** RFC 3339, in UTC. */
  readonly createdAt: string;
  /** When it last became the primary. */
  readonly promotedAt?: string | undefined;
  /** When it last ceased to be the primary. */
  readonly demotedAt?: string | undefined;
}

type Rule = (value: unknown) => string | undefined;

const FIELDS: Readonly<Record<string, { readonly optional?: true; readonly rule: Rule }>> = {
  key_id: { rule: matches(/^[0-9a-f]{16}$/, "be 16 hexadecimal digits in lower case") },
  state: { rule: (value) => (isState(value) ? undefined : `be one of ${STATES.join(", ")}`) },
  secret_key: { rule: secretKeyRule },
  salt: { rule: saltRule },
  iterations: { rule: (value) => coreRule(() => validatePbkdf2Iterations(value)) },
  created_at: { rule: timeRule },
  promoted_at: { optional: true, rule: timeRule },
  demoted_at: { optional: true, rule: timeRule },
};

/**
 * Reads a keyset file. Whether each key_id is that of its key is known once it is derived.
 * `trust` says whose file it may be; by default one that its owner alone can read. `name` is what
 * messages call the file.
 * @throws ConfigError with every fault, by its place in the file; it holds no value.
 */
export function parseKeysetFile(
  file: FileSnapshot,
  trust: KeysetTrust = {},
  name = "KEYSET_FILE",
): FileKey[] {
  const faults = keysetAccessFaults(file, trust);
  const keys = readKeys(file.bytes, faults);
  if (faults.length > 0) throw new ConfigError(faults.map((fault) => `${name} ${fault}`));
  return keys.map(fromJson);
}

/** The text of a keyset file. It holds the secrets: for that file alone. */
export function formatKeysetFile(keys: readonly FileKey[]): string {
  const json = keys.map((key) => ({
    key_id: key.keyId,
    state: key.state,
    secret_key: key.secretKey.reveal(),
    salt: `base64:${Buffer.from(key.salt).toString("base64")}`,
    iterations: key.iterations,
    created_at: key.createdAt,
    promoted_at: key.promotedAt,
    demoted_at: key.demotedAt,
  }));
  return `${JSON.stringify({ keys: json }, null, 2)}\n`;
}

function readKeys(bytes: Buffer, faults: string[]): Record<string, unknown>[] {
  let root: unknown;
  try {
    root = parseJsonFile(bytes);
  } catch (error) {
    faults.push((error as Error).message);
    return [];
  }
  if (isObject(root)) faults.push(...unknownNames(root, ["keys"]));
  const keys = isObject(root) ? root.keys : undefined;
  if (!Array.isArray(keys)) {
    faults.push('must be JSON of the form { "keys": [ … ] }');
    return [];
  }
  if (keys.length > MAX_KEYSET_KEYS) {
    faults.push(`must hold at most ${MAX_KEYSET_KEYS} keys`);
    return [];
  }
  keys.forEach((key, i) => {
    faults.push(...keyFaults(key).map((fault) => `keys[${i}]${fault}`));
  });
  const primaries = keys.filter((key) => isObject(key) && key.state === "primary").length;
  if (primaries !== 1) faults.push(`must hold exactly one key in state primary, not ${primaries}`);
  const ids = keys.map((key) => (isObject(key) ? key.key_id : undefined));
  ids.forEach((id, i) => {
    const first = ids.indexOf(id);
    if (first !== i) faults.push(`keys[${i}].key_id is the same as keys[${first}].key_id`);
  });
  return keys;
}

function keyFaults(key: unknown): string[] {
  if (!isObject(key)) return [" must be an object"];
  const faults = unknownNames(key, Object.keys(FIELDS)).map((fault) => `.${fault}`);
  for (const [name, { optional, rule }] of Object.entries(FIELDS)) {
    const present = Object.hasOwn(key, name);
    const broken = present ? rule(key[name]) : optional ? undefined : "be set";
    if (broken !== undefined) faults.push(`.${name} must ${broken}`);
  }
  return faults;
}

function fromJson(key: Record<string, unknown>): FileKey {
  return {
    keyId: key.key_id as string,
    state: key.state as FileKeyState,
    secretKey: new Secret(key.secret_key as string),
    salt: parseSalt(key.salt as string),
    iterations: key.iterations as number,
    createdAt: key.created_at as string,
    promotedAt: key.promoted_at as string | undefined,
    demotedAt: key.demoted_at as string | undefined,
  };
}

function secretKeyRule(value: unknown): string | undefined {
  const tooLong = typeof value === "string" && value.length > MAX_SECRET_LENGTH;
  if (tooLong) return `be at most ${MAX_SECRET_LENGTH} characters long`;
  return coreRule(() => validateSecretKey(value));
}

function saltRule(value: unknown): string | undefined {
  if (typeof value !== "string" || !value.startsWith("base64:")) return "start with base64:";
  if (value.length > 2 * MAX_SECRET_LENGTH) return `be at most ${MAX_SECRET_LENGTH} bytes long`;
  return coreRule(() => parseSalt(value));
}

function timeRule(value: unknown): string | undefined {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;
  const isTime = typeof value === "string" && form.test(value) && !Number.isNaN(Date.parse(value));
  return isTime ? undefined : "be a time in UTC such as 2026-11-23T11:32:09Z";
}

/** A rule that settings obey too, in its own words but for the setting's name. */
function coreRule(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^([A-Z0-9_]+ )?must /, "");
  }
}

function matches(form: RegExp, text: string): Rule {
  return (value) => (typeof value === "string" && form.test(value) ? undefined : text);
}

function isState(value: unknown): value is FileKeyState {
  return STATES.includes(value as FileKeyState);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
