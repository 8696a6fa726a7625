/** The corpus of the guards: HTTP requests to a server behind a guard, and the one answer to each. */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

/** The group's name, and the offer in `driver.json` of a driver that takes part. */
export const GUARDS = "guards";

/** What a rule requires, as drivers are told it; README.md names each. */
export type GuardRequirement =
  | { readonly allOf: readonly string[] }
  | { readonly anyOf: readonly string[] }
  | "anyValidToken"
  | "optional"
  | "open";

/** Requirements by method and path. */
export type GuardPolicy = Readonly<Record<string, GuardRequirement | null>>;

/** One request, or a policy that must be refused. */
export interface GuardCase {
  readonly name: string;
  /** Default: the group's. */
  readonly policy?: GuardPolicy;
  /** Which token service the guard asks. Default `server`. */
  readonly target?: string;
  readonly apiKey?: string;
  readonly timeoutMs?: number;
  /** Default GET. */
  readonly method?: string;
  /** The request target, byte for byte as it is sent. */
  readonly path?: string;
  /** The values of the authorization headers, sent as UTF-8. Default none. */
  readonly authorization?: readonly unknown[];
  /** Statuses by which a server's own parser may refuse the request before the guard sees it. */
  readonly orStatus?: readonly number[];
  readonly expect: GuardExpectation;
}

/** A user (`null`: nobody), a refusal, or that there is no such guard. */
export type GuardExpectation =
  | { readonly user: string | null }
  | { readonly refused: RefusalName; readonly scope?: string }
  | { readonly policyRefused: true };

/** The cases of guards.json. */
export interface GuardGroup {
  readonly name: string;
  readonly about: string;
  readonly policy: GuardPolicy;
  readonly cases: readonly GuardCase[];
}

/** What came back. Header names in lower case. */
export interface GuardAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface RefusalAnswer {
  readonly status: number;
  readonly challenge?: string;
  readonly retryAfter?: string;
  readonly error: string;
  readonly message: string;
}

/** The refusals of every guard, in every language. */
const REFUSALS = {
  TOKEN_MISSING: {
    status: 401,
    challenge: "Bearer",
    error: "missing_token",
    message: "a bearer token is required",
  },
  TOKEN_INVALID: {
    status: 401,
    challenge: 'Bearer error="invalid_token"',
    error: "invalid_token",
    message: "the bearer token is not valid",
  },
  TOKEN_EXPIRED: {
    status: 401,
    challenge: 'Bearer error="invalid_token", error_description="the token has expired"',
    error: "invalid_token",
    message: "the bearer token has expired",
  },
  PERMISSION_MISSING: {
    status: 403,
    challenge: 'Bearer error="insufficient_scope"',
    error: "insufficient_scope",
    message: "a permission is missing",
  },
  UNAVAILABLE: {
    status: 503,
    retryAfter: "1",
    error: "unavailable",
    message: "tokens cannot be checked at present",
  },
} satisfies Record<string, RefusalAnswer>;

/** Why a guard refuses a request. */
export type RefusalName = keyof typeof REFUSALS;

/** Reads guards.json. Names of cases are unique. */
export function loadGuardGroup(): GuardGroup {
  const text = readFileSync(new URL("../cases/guards.json", import.meta.url), "utf8");
  const group = { name: GUARDS, ...(JSON.parse(text) as Omit<GuardGroup, "name">) };
  const names = group.cases.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`guards.json has two cases named "${twice}"`);
  return group;
}

/** How an answer differs from what its case expects; undefined where it does not. */
export function guardDifference(
  { expect, method = "GET", orStatus = [] }: GuardCase,
  answer: GuardAnswer,
): string | undefined {
  if (orStatus.includes(answer.status)) return undefined;
  if ("policyRefused" in expect) return "the policy was taken";
  const expected = "user" in expect ? admitted(expect.user) : refused(expect, method);
  const actual = "user" in expect ? seenUser(answer) : seenRefusal(answer, method);
  if (isDeepStrictEqual(expected, actual)) return undefined;
  return `answers ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
}

function admitted(user: string | null) {
  return { status: 200, user };
}

function seenUser({ status, headers }: GuardAnswer) {
  return { status, user: headers["x-user"] ?? null };
}

function refused({ refused, scope }: { refused: RefusalName; scope?: string }, method: string) {
  const { status, challenge, retryAfter, error, message }: RefusalAnswer = REFUSALS[refused];
  return {
    status,
    challenge: scope === undefined ? challenge : `${challenge}, scope="${scope}"`,
    retryAfter,
    cacheControl: "no-store",
    type: method === "HEAD" ? undefined : "application/json",
    body: method === "HEAD" ? "" : { error, reason: refused, message },
    user: undefined,
  };
}

function seenRefusal({ status, headers, body }: GuardAnswer, method: string) {
  return {
    status,
    challenge: headers["www-authenticate"],
    retryAfter: headers["retry-after"],
    cacheControl: headers["cache-control"],
    // A charset may follow; to HEAD the type may be told or not.
    type: method === "HEAD" ? undefined : headers["content-type"]?.split(";")[0],
    body: method === "HEAD" ? body : parsed(body),
    user: headers["x-user"],
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
