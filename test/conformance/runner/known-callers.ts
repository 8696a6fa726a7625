/** The callers of the targets `callers` and `mtls`; the API keys stand in the cases as they are here. */
import type { SecureTokenManager } from "../../../src/core/index.js";
import { KnownCallers } from "../../../src/server/callers/callers.js";
import { type CallerEntry, parseCallers } from "../../../src/server/callers/callers-file.js";
import { digestApiKey } from "../../../src/server/callers/credentials.js";

const VERIFIER_RPCS = ["ValidateToken", "CheckPermission", "CheckPermissions", "GetTokenInfo"];

const CALLERS: readonly CallerEntry[] = [
  { name: "verifier", api_keys: [keyOf("stk_verifier")], rpcs: VERIFIER_RPCS },
  {
    name: "issuer",
    api_keys: [keyOf("stk_issuer")],
    rpcs: ["GenerateToken"],
    grants: { permissions: ["read", "docs.*"], user_id: "user-*", max_expires_in_hours: 24 },
  },
  {
    name: "seldom",
    api_keys: [keyOf("stk_seldom")],
    rpcs: ["ValidateToken"],
    calls_per_second: 0.01,
  },
  { name: "operator", api_keys: [keyOf("stk_operator")], rpcs: ["ExportConfig", "ValidateToken"] },
  { name: "certified", certificates: [{ dns_name: "client" }], rpcs: VERIFIER_RPCS },
];

/** The callers, afresh: how often each has called is forgotten. */
export function knownCallers(manager: SecureTokenManager): KnownCallers {
  const isAuthentic = (token: string) => manager.introspectToken(token).state !== "INVALID";
  return new KnownCallers(parseCallers(JSON.stringify({ callers: CALLERS })), isAuthentic);
}

function keyOf(apiKey: string) {
  return { sha256: digestApiKey(apiKey), created_at: "2030-01-01T00:00:00Z" };
}
