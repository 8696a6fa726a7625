/** Drivers may spell protojson in any way that its mapping allows; here it gets one spelling. */
import { type DescMessage, fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import {
  TokenClaimsSchema,
  TokenService,
} from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";

type Members = Record<string, unknown>;

/**
 * A result in canonical protojson, fields without presence included. What protojson does not know
 * stays as it is: `additionalData` (digit for digit), `timeRemainingText`, errors within a batch.
 * @throws Error for what is no answer of this RPC.
 */
export function canonicalResult(rpc: string, result: unknown): unknown {
  const method = TokenService.methods.find(({ name }) => name === rpc);
  if (!method) throw new Error(`no RPC is named ${rpc}`);
  if (method !== TokenService.method.batchValidateTokens) {
    return canonicalMessage(method.output, members(result));
  }
  const { results } = members(result);
  if (!Array.isArray(results)) throw new Error("results is no list");
  return {
    results: results.map((item) =>
      "error" in members(item)
        ? { error: canonicalError(members(item).error) }
        : { claims: canonicalMessage(TokenClaimsSchema, members(members(item).claims)) },
    ),
  };
}

/** An error without the members that say nothing. */
export function canonicalError(error: unknown): Members {
  const { expiredAt, ...rest } = members(error);
  const said = Object.entries(rest).filter(([, value]) => !saysNothing(value));
  if (saysNothing(expiredAt)) return Object.fromEntries(said);
  const instant = toJson(TimestampSchema, fromJson(TimestampSchema, expiredAt as JsonValue));
  return { ...Object.fromEntries(said), expiredAt: instant };
}

function canonicalMessage(schema: DescMessage, value: Members): Members {
  const { additionalData, additionalDataJson: _, timeRemainingText, claims, ...rest } = value;
  const message = fromJson(schema, rest as JsonValue);
  const json = toJson(schema, message, { alwaysEmitImplicit: true }) as Members;
  delete json.additionalDataJson;
  return {
    ...json,
    ...(additionalData !== undefined && { additionalData }),
    ...(timeRemainingText !== undefined && { timeRemainingText }),
    ...(claims != null && { claims: canonicalMessage(TokenClaimsSchema, members(claims)) }),
  };
}

function members(value: unknown): Members {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
  throw new Error(`${JSON.stringify(value)} is no object`);
}

function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
