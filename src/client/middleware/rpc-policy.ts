/** Rules by RPC, for servers on gRPC and Connect. */
import { parseRequirement, type Requirement } from "./requirement.js";

/**
 * Requirements by a full method, `"/notes.v1.Notes/List"`; or by a service with a slash at its end,
 * `"/notes.v1.Notes/"`, for those of its methods that have no rule of their own. What no rule names is
 * denied.
 */
export type RpcPolicy = Readonly<Record<string, Requirement>>;

/** A policy that no later change of the object it came from can loosen. */
export interface RpcRules {
  /** What an RPC requires, by its path `/notes.v1.Notes/List`; undefined where no rule names it. */
  requirementOf(path: string): Requirement | undefined;
}

const RULE = /^\/([A-Za-z_][\w.]*)\/([A-Za-z_]\w*)?$/;

/**
 * Takes a policy in. With `methods`, the paths of all RPCs of the services that are known, a rule for one
 * that does not exist is wrong too.
 * @throws TypeError naming the rule that is wrong.
 */
export function parseRpcPolicy(policy: RpcPolicy, methods?: readonly string[]): RpcRules {
  if (typeof policy !== "object" || policy === null || Array.isArray(policy)) {
    throw new TypeError('a policy is an object of rules: { "/notes.v1.Notes/": ["notes:read"] }');
  }
  const entries = Object.entries(policy);
  if (entries.length === 0) throw new TypeError("the policy is empty: it denies every RPC");
  const rules = new Map<string, Requirement>();
  for (const [rule, requirement] of entries) {
    if (!RULE.test(rule)) {
      throw new TypeError(
        `rule "${rule}" must be a full method, "/notes.v1.Notes/List", or a service, "/notes.v1.Notes/"`,
      );
    }
    rules.set(rule, parseRequirement(requirement, `rule "${rule}"`));
    if (methods?.some((path) => path === rule || serviceOf(path) === rule) === false) {
      throw new TypeError(`rule "${rule}" names no RPC of the services`);
    }
  }
  return { requirementOf: (path) => rules.get(path) ?? rules.get(serviceOf(path)) };
}

/** `/notes.v1.Notes/` of `/notes.v1.Notes/List`. */
function serviceOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}
