/** What a request must present, by the name of what it asks for. */

/**
 * A valid token with all of these permissions, an empty list being any valid token; or "open": nothing
 * at all, for health checks and the like.
 */
export type Requirement = "open" | readonly string[];

/**
 * Requirements by name. What it does not name is refused.
 *
 * RPCs: a full method, `/notes.v1.Notes/List`; or a service with a slash at its end, `/notes.v1.Notes/`,
 * for those of its methods that have no name of their own. Fastify: `GET /notes/:id`, as in its routes.
 */
export type Policy = Readonly<Record<string, Requirement>>;

/** A policy that no later change of the object that it came from can loosen. */
export type ParsedPolicy = ReadonlyMap<string, Requirement>;

/** Takes a policy in. @throws TypeError naming an entry that is no requirement. */
export function parsePolicy(policy: Policy): ParsedPolicy {
  return new Map(
    Object.entries(policy).map(([name, requirement]) => [
      name,
      parseRequirement(requirement, name),
    ]),
  );
}

/** Takes one requirement in. @throws TypeError for what is none, such as a text without its list. */
export function parseRequirement(requirement: Requirement, name: string): Requirement {
  if (requirement === "open") return requirement;
  if (Array.isArray(requirement) && requirement.every((each) => typeof each === "string")) {
    return [...requirement];
  }
  throw new TypeError(`the requirement of ${name} must be "open" or a list of permissions`);
}

/** What an RPC requires; undefined where the policy does not say. */
export function requirementOfRpc(policy: ParsedPolicy, path: string): Requirement | undefined {
  return policy.get(path) ?? policy.get(path.slice(0, path.lastIndexOf("/") + 1));
}
