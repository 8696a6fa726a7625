/** The audience that a verifier or a guard requires, held against claims that may be others' answers too. */
import { InvalidTokenError } from "../errors.js";
import type { Claims } from "../operations.js";

/** @throws TypeError for an audience that is no text or an empty one; undefined requires none */
export function requireAudienceName(audience: unknown): void {
  if (audience === undefined || (typeof audience === "string" && audience !== "")) return;
  throw new TypeError("audience must be a text that is not empty");
}

/** @throws InvalidTokenError when the token does not name the audience; undefined requires none */
export function requireAudience({ audiences }: Claims, audience: string | undefined): void {
  if (audience === undefined || audiences?.includes(audience)) return;
  throw new InvalidTokenError(`Token is not for audience '${audience}'`, {
    reason: "AUDIENCE_MISMATCH",
    field: "audience",
    metadata: { audience },
  });
}
