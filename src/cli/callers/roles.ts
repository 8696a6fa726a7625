/** Sets of RPCs that callers commonly need, so that nobody lists them by hand. */

const VERIFIER = [
  "ValidateToken",
  "CheckPermission",
  "CheckPermissions",
  "BatchValidateTokens",
  "GetTokenInfo",
  "IntrospectToken",
  "WatchRevocations",
] as const;
const REVOKER = ["RevokeTokens", "ListRevocations", "WatchRevocations", "OAuthRevoke"] as const;
const ISSUER = ["GenerateToken", "RefreshToken"] as const;
/** The doors for gateways that ask about their clients' tokens. */
const GATEWAY = ["ForwardAuth", "OAuthIntrospect", "ExtAuthz", "TokenReview"] as const;

/** The RPCs of each role. A role is a shorthand of the command; the file names RPCs alone. */
export const ROLES: Readonly<Record<string, readonly string[]>> = {
  verifier: VERIFIER,
  issuer: ISSUER,
  revoker: REVOKER,
  gateway: GATEWAY,
  admin: [...new Set([...VERIFIER, ...ISSUER, ...REVOKER, ...GATEWAY, "ExportConfig"])],
};
