/**
 * Integers in the JSON of additional_data. A google.protobuf.Value is a double: an integer beyond
 * 2^53 - 1 would be altered without a word, so it is refused, as every client refuses it.
 */
import type { DescMessage } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { GenerateTokenRequestSchema } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { bigIntegerRule, type JsonObject, parseExactJson } from "../core/exact-json.js";
import { TokenError } from "../core/index.js";
import { parseStrictJson } from "../core/strict-json.js";
import { toConnectError } from "./error-details.js";

/** Fewer digits make no integer beyond 2^53 - 1. */
const MANY_DIGITS = /\d{16}/;
/** Levels of a request around additional_data, and of additional_data; deeper ones protobuf refuses. */
const MAX_DEPTH = 100;

/**
 * Refuses the JSON of a request that holds an integer which would be altered.
 * @throws ConnectError INVALID_ARGUMENT naming additional_data.
 */
export function refuseInexactNumbers(input: DescMessage, text: string): void {
  if (input !== GenerateTokenRequestSchema || !MANY_DIGITS.test(text)) return;
  const json = parseStrictJson(text, MAX_DEPTH);
  if (json === undefined) {
    // A name that comes twice would hide one of its numbers.
    const rule = "the request must be strict JSON, in which no name comes twice";
    throw new ConnectError(rule, Code.InvalidArgument);
  }
  if (!json.hasBigInteger) return;
  const { additionalData, additional_data = additionalData } = parseExactJson(text) as JsonObject;
  const rule = bigIntegerRule(additional_data);
  // Where another field holds it, protobuf names that one.
  if (rule === undefined) return;
  throw toConnectError(
    new TokenError(`additional_data ${rule}`, {
      reason: "ADDITIONAL_DATA_INVALID",
      field: "additional_data",
    }),
  );
}
