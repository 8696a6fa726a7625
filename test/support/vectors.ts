/** The vectors of test/vectors, typed. */
import { readFileSync } from "node:fs";

export interface Outcome {
  ok: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: each operation has a result of its own shape.
  result?: any;
  exception?: string;
  message?: string;
}

export interface CompatCase {
  id: string;
  op:
    | "derive"
    | "validate"
    | "generate"
    | "settings"
    | "check_permission"
    | "get_token_info"
    | "refresh"
    | "export_config";
  category: string;
  desc: string;
  now_us: number;
  secret_key: string;
  salt_b64: string;
  iterations: number;
  fernet_key: string;
  default_expiration_hours: number;
  token: string;
  payload_json?: string;
  permission?: string;
  new_expires_in_hours?: unknown;
  generate_args?: {
    user_id: string;
    permissions?: unknown;
    expires_in_hours?: unknown;
    additional_data?: unknown;
  };
  settings?: { SECRET_KEY: string; salt_bytes?: number; DEFAULT_EXPIRATION_HOURS?: number };
  python: Outcome;
  service?: Outcome;
}

export interface ZoneCase {
  id: string;
  desc: string;
  token: string;
  now_us: number;
  issued_at_us: number;
  expires_at_us: number;
  expect: "valid" | "TokenExpiredError" | "InvalidTokenError";
}

function load(name: string) {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
}

export const compat: {
  cases: CompatCase[];
  tables: {
    time_remaining: [number, string][];
    hours_to_us: [number, number][];
    isoformat: [number, string][];
  } & Record<string, unknown[]>;
} = load("compat");

export const zones: {
  secret_key: string;
  salt_b64: string;
  iterations: number;
  cases: ZoneCase[];
} = load("timezones");

export const fernetSpec: {
  generate: { token: string; iv: number[]; now_unix: number; src: string; secret: string }[];
  verify: { token: string; now_unix: number; ttl_sec: number; src: string; secret: string }[];
  invalid: { desc: string; token: string; now_unix: number; ttl_sec: number; secret: string }[];
} = load("fernet-spec");

/** What this service owes for a case. */
export function expected(vector: CompatCase): Outcome {
  return vector.service ? { ...vector.python, ...vector.service } : vector.python;
}
