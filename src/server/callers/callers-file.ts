/** The callers file: who may call what. docs/callers-file.schema.json describes it. */
import { hash } from "node:crypto";
import { MOST_UNKNOWN_NAMES, nearestName, shownName } from "../../core/unknown-names.js";
import { parseJsonFile, unknownNames } from "../json-file.js";
import { GRANTABLE } from "./authorization.js";
import type { CallerRow } from "./caller-row.js";
import { dnsName, uriName } from "./credentials.js";
import { GRANTS_MEMBERS, parseGrants } from "./grants.js";

/** The most callers in a file. */
export const MAX_CALLERS = 1000;
/** The most API keys a caller may have at a time: the old and the new one. */
export const MAX_API_KEYS = 2;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** What the log calls those who are no callers. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(["anonymous", "holder"]);
const SPIFFE_ID = /^spiffe:\/\/[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)+$/;
const DNS_NAME = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i;
const SHA256 = /^[0-9a-f]{64}$/;

const MEMBERS = [
  "name",
  "api_keys",
  "certificates",
  "rpcs",
  "grants",
  "calls_per_second",
  "holder_refresh",
  "revoke_everything",
];

/** A caller as the file spells it. */
export interface CallerEntry {
  name: string;
  api_keys?: { sha256: string; created_at: string }[];
  certificates?: { spiffe_id?: string; dns_name?: string }[];
  rpcs: string[];
  grants?: {
    permissions: string[];
    user_id: string;
    max_expires_in_hours: number;
    audiences?: string[];
  };
  calls_per_second?: number;
  holder_refresh?: boolean;
  revoke_everything?: boolean;
}

/**
 * Reads a callers file.
 * @throws Error with a line for every fault, none of which holds a key.
 */
export function parseCallers(content: Buffer | string): CallerRow[] {
  const faults: string[] = [];
  const rows = entriesOf(content).map((entry, i) => parseRow(entry, `callers[${i}]`, faults));
  const seen = new Set<string>();
  for (const { name, apiKeys, certificateNames } of rows) {
    for (const id of [
      ...(name ? [`name ${name}`] : []),
      ...apiKeys.map((key) => `sha256 ${key}`),
      ...certificateNames,
    ]) {
      if (seen.has(id)) faults.push(`${id} stands twice`);
      seen.add(id);
    }
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return rows;
}

/** Names the content of a callers file, so that a log tells which one is in force. */
export function revisionOf(rows: readonly CallerRow[]): string {
  const text = JSON.stringify(rows, (_, value) => (value instanceof Set ? [...value] : value));
  return hash("sha256", text, "hex").slice(0, 12);
}

/** The file's entries, unchecked but for their number. Throws when it is no callers file. */
export function entriesOf(content: Buffer | string): CallerEntry[] {
  const file = parseJsonFile(content);
  const entries = isRecord(file) ? file.callers : undefined;
  if (!Array.isArray(entries) || Object.keys(file as object).length !== 1) {
    const unknown = isRecord(file) ? unknownNames(file, ["callers"]) : [];
    if (unknown.length > 0) throw new Error(unknown.join("\n"));
    throw new Error('must be an object with "callers", a list, and nothing else');
  }
  if (entries.length > MAX_CALLERS) throw new Error(`callers must be at most ${MAX_CALLERS}`);
  return entries;
}

function parseRow(entry: unknown, at: string, faults: string[]): CallerRow {
  const fields = isRecord(entry) ? entry : {};
  const check = (ok: unknown, rule: string) => {
    if (!ok) faults.push(`${at}.${rule}`);
  };
  for (const fault of unknownNames(fields, MEMBERS)) faults.push(`${at}.${fault}`);
  for (const [part, value, known] of [
    ["grants", fields.grants, GRANTS_MEMBERS],
    ["api_keys", fields.api_keys, ["sha256", "created_at"]],
    ["certificates", fields.certificates, ["spiffe_id", "dns_name"]],
  ] as const) {
    for (const item of [value].flat().filter(isRecord)) {
      for (const fault of unknownNames(item, known)) faults.push(`${at}.${part}: ${fault}`);
    }
  }
  const { name, api_keys = [], certificates = [], rpcs, grants, calls_per_second } = fields;
  const { holder_refresh = true, revoke_everything = false } = fields;
  check(isText(name, NAME), "name must be 1 to 64 letters, digits, '.', '_' or '-'");
  const reserved = RESERVED_NAMES.has(String(name).toLowerCase());
  check(!reserved, `name must not be ${name}: the log uses it for others`);
  const keys = Array.isArray(api_keys) ? api_keys : [undefined];
  check(keys.length <= MAX_API_KEYS, `api_keys must be at most ${MAX_API_KEYS}`);
  const digests = keys.map((key) => (isRecord(key) ? key.sha256 : undefined));
  check(
    digests.every((digest) => isText(digest, SHA256)),
    "api_keys must each have sha256, 64 hexadecimal digits in lower case",
  );
  const certificateNames = parseCertificates(certificates);
  check(certificateNames, "certificates must each have spiffe_id or dns_name, exact");
  const names: readonly unknown[] = Array.isArray(rpcs) ? rpcs : [];
  check(Array.isArray(rpcs), "rpcs must be a list of names of RPCs of TokenService");
  for (const fault of rpcFaults(names)) faults.push(`${at}.${fault}`);
  const grantFaults: string[] = [];
  const parsedGrants = grants === undefined ? undefined : parseGrants(grants, grantFaults);
  for (const fault of grantFaults) faults.push(`${at}.${fault}`);
  const rate = calls_per_second;
  check(
    rate === undefined || isNumber(rate, 0.01, 1e6),
    "calls_per_second must be 0.01 to 1000000",
  );
  check(typeof holder_refresh === "boolean", "holder_refresh must be true or false");
  check(typeof revoke_everything === "boolean", "revoke_everything must be true or false");
  return {
    // What breaks a rule is told above; it must not count as standing twice as well.
    name: isText(name, NAME) ? name : "",
    apiKeys: digests.filter((digest) => isText(digest, SHA256)),
    certificateNames: certificateNames ?? [],
    rpcs: new Set(names as string[]),
    grants: parsedGrants,
    holderRefresh: holder_refresh !== false,
    revokeEverything: revoke_everything === true,
    callsPerSecond: rate as number | undefined,
  };
}

/** A line for every name of a list that is no RPC's, with the one that is meant; ten at most. */
function rpcFaults(names: readonly unknown[]): string[] {
  const wrong = names.filter((name) => !GRANTABLE.has(name as string));
  return wrong.slice(0, MOST_UNKNOWN_NAMES).map((name) => {
    if (typeof name !== "string") return "rpcs must be a list of names of RPCs of TokenService";
    const meant = nearestName(name, [...GRANTABLE]);
    const hint = meant === undefined ? "" : `: did you mean ${meant}?`;
    return `rpcs: ${shownName(name)} is no RPC of TokenService${hint}`;
  });
}

function parseCertificates(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const names = value.map((item) => {
    if (!isRecord(item) || Object.keys(item).length !== 1) return undefined;
    if (isText(item.spiffe_id, SPIFFE_ID)) return uriName(item.spiffe_id);
    return isText(item.dns_name, DNS_NAME) ? dnsName(item.dns_name) : undefined;
  });
  return names.every((name) => name !== undefined) ? names : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === "string" && form.test(value);
}

function isNumber(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && value >= min && value <= max;
}
