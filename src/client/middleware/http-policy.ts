/** Rules by method and path, for servers on HTTP. */
import { isDeepStrictEqual } from "node:util";
import { isPlainPath } from "./plain-path.js";
import { parseRequirement, type Requirement } from "./requirement.js";

/**
 * Requirements by a method (or `*`), a space and a path: `"GET /notes"`, `"* /health"`. A path that ends
 * in `/*` stands for every path below it: `"GET /notes/*"`. An exact path counts before a prefix, a longer
 * prefix before a shorter one, and then the method before `*`. HEAD is asked as GET. What no rule names is
 * denied, and so is a path that servers read in different ways; see `isPlainPath`.
 */
export type HttpPolicy = Readonly<Record<string, Requirement>>;

/** A policy that no later change of the object it came from can loosen. */
export interface HttpRules {
  /** What a request requires; undefined where no rule names it. The path has no query. */
  requirementOf(method: string, path: string): Requirement | undefined;
  /**
   * What a request requires by the rules whose paths differ from its own in spelling, where that is
   * something else; undefined where it is not.
   */
  otherReadingOf(method: string, path: string): Requirement | undefined;
}

const RULE = /^(\*|[A-Z]+) (\/[^*]*)(\*?)$/;

/** Takes a policy in. @throws TypeError naming the rule that is wrong. */
export function parseHttpPolicy(policy: HttpPolicy): HttpRules {
  if (typeof policy !== "object" || policy === null || Array.isArray(policy)) {
    throw new TypeError('a policy is an object of rules: { "GET /notes": ["notes:read"] }');
  }
  const entries = Object.entries(policy);
  if (entries.length === 0) throw new TypeError("the policy is empty: it denies every request");
  const rules = newRules();
  /** The same rules by folded paths. */
  const folded = newRules();
  /** Whether every rule is written as it is folded. */
  let isFolded = true;
  for (const [rule, requirement] of entries) {
    const { method, path, isPrefix } = parseRule(rule);
    const parsed = parseRequirement(requirement, `rule "${rule}"`);
    const foldedPath = isPrefix ? decoded(path) : fold(path);
    if (foldedPath !== path) isFolded = false;
    const foldedKey = `${method} ${foldedPath}`;
    const kind = isPrefix ? "prefixes" : "exact";
    const twin = folded[kind].get(foldedKey);
    if (twin !== undefined && !isDeepStrictEqual(twin, parsed)) {
      throw new TypeError(
        `rule "${rule}" differs from another in the spelling of its path alone: many routers read both as one`,
      );
    }
    folded[kind].set(foldedKey, parsed);
    rules[kind].set(`${method} ${path}`, parsed);
    if (isPrefix) {
      rules.longest = Math.max(rules.longest, path.length);
      folded.longest = Math.max(folded.longest, decoded(path).length);
    }
  }
  const find = (asked: string, path: string): Reading => {
    if (!isPlainPath(path)) return {};
    const method = asked === "HEAD" ? "GET" : asked;
    const literal = lookUp(rules, method, path, path);
    const foldedPath = fold(path);
    if (isFolded && foldedPath === path) return { literal };
    // Where the router ignores case or the last slash, another rule may name the same handler.
    const other = lookUp(folded, method, foldedPath, decoded(path));
    return other === undefined || isDeepStrictEqual(other, literal)
      ? { literal }
      : { literal, other };
  };
  return {
    requirementOf(method, path) {
      const { literal, other } = find(method, path);
      return other === undefined ? literal : undefined;
    },
    otherReadingOf: (method, path) => find(method, path).other,
  };
}

/** What the rules say of a path: as it is spelled, and what else they may say of it. */
interface Reading {
  readonly literal?: Requirement | undefined;
  readonly other?: Requirement | undefined;
}

interface Rules {
  /** By `GET /notes`. */
  readonly exact: Map<string, Requirement>;
  /** By `GET /notes/`. */
  readonly prefixes: Map<string, Requirement>;
  /** The length of the longest prefix: nothing is looked up beyond it. */
  longest: number;
}

function newRules(): Rules {
  return { exact: new Map(), prefixes: new Map(), longest: 0 };
}

function parseRule(rule: string) {
  const [, method, path, star] = RULE.exec(rule) ?? [];
  if (method === undefined || path === undefined) {
    throw new TypeError(
      `rule "${rule}" must be a method or *, a space, and a path that may end in /*: "GET /notes", "* /health", "GET /notes/*"`,
    );
  }
  if (method === "HEAD") throw new TypeError(`rule "${rule}": HEAD is asked as GET`);
  const isPrefix = star === "*";
  if (isPrefix && !path.endsWith("/")) {
    throw new TypeError(`rule "${rule}": a star stands for whole segments, as in /notes/*`);
  }
  if (!isPlainPath(path)) throw new TypeError(`rule "${rule}": its path matches no request`);
  return { method, path, isPrefix };
}

function lookUp({ exact, prefixes, longest }: Rules, method: string, path: string, below: string) {
  const found = exact.get(`${method} ${path}`) ?? exact.get(`* ${path}`);
  if (found !== undefined) return found;
  for (let end = Math.min(below.length, longest); end > 0; end--) {
    end = below.lastIndexOf("/", end - 1);
    const prefix = below.slice(0, end + 1);
    const requirement = prefixes.get(`${method} ${prefix}`) ?? prefixes.get(`* ${prefix}`);
    if (requirement !== undefined) return requirement;
  }
  return undefined;
}

/** One spelling for all paths that Express routes alike: letters without case, no last slash. */
function fold(path: string): string {
  const lower = decoded(path);
  return lower.length > 1 && lower.endsWith("/") ? lower.slice(0, -1) : lower;
}

/** A path in small letters, none of them encoded. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path).toLowerCase();
  } catch {
    return path.toLowerCase();
  }
}
