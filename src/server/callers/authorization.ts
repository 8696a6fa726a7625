/** Who may call which RPC. Every RPC has a row; one without stops the server. */
import { Authorization } from "../../../gen/ts/src/envoy/service/auth/v3/external_auth_pb.js";
import { TokenService } from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { DOOR_METHODS } from "../../gateways/index.js";
import type { CalledMethod } from "../../transport/adapter/index.js";

/** Whom a row lets in. */
export type Admission =
  /** Anyone: it tells nothing that matters. */
  | "open"
  /** Callers whose row names the RPC. */
  | "callers"
  /** They, and the holder of the very token that the call is about. */
  | "callers and holder";

const TOKEN_SERVICE = "securetoken.v1.TokenService";

const ROWS: Readonly<Record<string, Admission>> = {
  [`${TOKEN_SERVICE}/GenerateToken`]: "callers",
  [`${TOKEN_SERVICE}/ValidateToken`]: "callers and holder",
  [`${TOKEN_SERVICE}/CheckPermission`]: "callers and holder",
  [`${TOKEN_SERVICE}/CheckPermissions`]: "callers and holder",
  [`${TOKEN_SERVICE}/BatchValidateTokens`]: "callers",
  [`${TOKEN_SERVICE}/RefreshToken`]: "callers and holder",
  [`${TOKEN_SERVICE}/GetTokenInfo`]: "callers and holder",
  [`${TOKEN_SERVICE}/IntrospectToken`]: "callers and holder",
  [`${TOKEN_SERVICE}/ExportConfig`]: "callers",
  // A holder may revoke its own token and that token's session; the handler compares.
  [`${TOKEN_SERVICE}/RevokeTokens`]: "callers and holder",
  [`${TOKEN_SERVICE}/ListRevocations`]: "callers",
  [`${TOKEN_SERVICE}/WatchRevocations`]: "callers",
  // A gateway's client is the holder of the token that the gateway asks about.
  "securetoken.Gateways/ForwardAuth": "callers and holder",
  "securetoken.Gateways/OAuthIntrospect": "callers and holder",
  "securetoken.Gateways/OAuthRevoke": "callers and holder",
  "securetoken.Gateways/TokenReview": "callers",
  "envoy.service.auth.v3.Authorization/Check": "callers",
  "grpc.health.v1.Health/Check": "open",
  "grpc.health.v1.Health/Watch": "open",
  "grpc.health.v1.Health/List": "open",
  "grpc.reflection.v1.ServerReflection/ServerReflectionInfo": "open",
  "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": "open",
};

/** Names in the callers file and the log, of RPCs whose own name says too little there. */
const NAMES: ReadonlyMap<object, string> = new Map([[Authorization.method.check, "ExtAuthz"]]);

/** The name of an RPC, or of a door, in the callers file and the log. */
export function nameOf(method: { readonly name: string }): string {
  return NAMES.get(method) ?? method.name;
}

/** What a row of the callers file may name: RPCs of TokenService, and what gateways ask. */
export const GRANTABLE: ReadonlySet<string> = new Set(
  [...TokenService.methods, ...DOOR_METHODS, Authorization.method.check].map(nameOf),
);

/** The row of an RPC. Throws for one that has none. */
export function admissionOf(service: string, method: string): Admission {
  const row = ROWS[`${service}/${method}`];
  if (row === undefined) throw new Error(`no authorization row for ${service}/${method}`);
  return row;
}

/** Throws unless every one of these has a row: deny by default, before the first call. */
export function requireRows(methods: Iterable<CalledMethod>): void {
  for (const { name, parent } of methods) admissionOf(parent.typeName, name);
}
