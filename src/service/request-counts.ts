/**
 * Counts the entries of a binary request before it is parsed. An entry takes two bytes of a request, and half a
 * microsecond and memory of its own to parse: a batch of 1 MiB would keep everyone waiting for a quarter of a second,
 * only to be refused for having too many.
 */
import type { DescMessage } from "@bufbuild/protobuf";
import {
  BatchValidateTokensRequestSchema,
  CheckPermissionsRequestSchema,
  GenerateTokenRequestSchema,
  RevokeTokensRequestSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { MAX_TARGETS, TokenError } from "../core/index.js";
import {
  checkCount,
  MAX_AUDIENCES,
  MAX_BATCH_TOKENS,
  MAX_CHECKED_PERMISSIONS,
  MAX_PERMISSIONS,
} from "../core/rules.js";
import { toConnectError } from "./error-details.js";

/** A repeated field, and how many entries it may have. */
type Bound = readonly [name: string, max: number];

const BOUNDS = new Map<DescMessage, readonly Bound[]>([
  [BatchValidateTokensRequestSchema, [["tokens", MAX_BATCH_TOKENS]]],
  [CheckPermissionsRequestSchema, [["permissions", MAX_CHECKED_PERMISSIONS]]],
  [
    GenerateTokenRequestSchema,
    [
      ["permissions", MAX_PERMISSIONS],
      ["audiences", MAX_AUDIENCES],
    ],
  ],
  [RevokeTokensRequestSchema, [["targets", MAX_TARGETS]]],
]);
/** An entry takes two bytes at least, so that a shorter request need not be looked at. */
const BYTES_OF_ENTRY = 2;

/**
 * Refuses a request with too many entries.
 * @throws ConnectError INVALID_ARGUMENT, as the core refuses them
 */
export function refuseTooMany(input: DescMessage, bytes: Uint8Array): void {
  for (const [name, max] of BOUNDS.get(input) ?? []) {
    if (bytes.length <= max * BYTES_OF_ENTRY) continue;
    try {
      checkCount({ length: countField(bytes, input.field[name]?.number ?? 0, max + 1) }, max, name);
    } catch (error) {
      throw error instanceof TokenError ? toConnectError(error) : error;
    }
  }
}

/**
 * How often a message has a field whose entries have a length; no further than `enough`. What is malformed
 * ends the count.
 */
function countField(bytes: Uint8Array, field: number, enough: number): number {
  const reader = { bytes, at: 0 };
  let count = 0;
  while (reader.at < bytes.length && count < enough) {
    const tag = varint(reader);
    const type = tag & 7;
    // The number of a varint field, or the length of what follows: it moves the reader itself.
    const number = type === 0 || type === 2 ? varint(reader) : 0;
    if (type === 1) reader.at += 8;
    else if (type === 2) reader.at += number;
    else if (type === 5) reader.at += 4;
    else if (type !== 0) return count;
    if (tag >>> 3 === field && type === 2) count++;
  }
  return count;
}

/** A number of at most 32 bits; the bytes of a longer one are passed over. */
function varint(reader: { readonly bytes: Uint8Array; at: number }): number {
  let value = 0;
  for (let shift = 0; reader.at < reader.bytes.length; shift += 7) {
    const byte = reader.bytes[reader.at++] as number;
    if (shift < 32) value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value >>> 0;
}
