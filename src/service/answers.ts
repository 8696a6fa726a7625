/**
 * The answers of the busiest RPCs, each in three forms: a message, as Connect wants it; and bytes
 * or JSON, which take a fraction of a message's time, for a server that can send them as they are.
 */
import {
  create,
  createRegistry,
  type DescMessage,
  type MessageInitShape,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import {
  BatchValidateTokensResponseSchema,
  type GenerateTokenResponseSchema,
  ValidateTokenResponseSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { BatchResult, IssuedToken, ValidToken } from "../core/index.js";
import {
  jsonClaims,
  jsonList,
  jsonMember,
  jsonValidClaims,
  writeClaims,
  writeValidClaims,
} from "./claims-writer.js";
import { toClaims, toDuration, toTimestamp } from "./convert.js";
import { ERROR_DETAIL_FILES, toStatus } from "./error-details.js";
import { jsonStatus, writeStatus } from "./error-writer.js";
import { ProtoWriter } from "./proto-writer.js";

/** How what a method gives is answered. */
export interface Answer<V, O extends DescMessage> {
  /** As a message. */
  readonly toMessage: (value: V) => MessageInitShape<O>;
  /** In binary, behind `reserve` bytes that are the caller's to fill. */
  readonly toBinary: (value: V, reserve: number) => Uint8Array;
  /** In protobuf's JSON. */
  readonly toJson: (value: V) => string;
}

/** The types of the messages within Any, which JSON must know. */
export const ANSWER_JSON = { registry: createRegistry(...ERROR_DETAIL_FILES) };

const writer = new ProtoWriter();

/** An answer that takes its way through a message: right for every value, and for most RPCs fast enough. */
export function throughMessage<V, O extends DescMessage>(
  schema: O,
  toMessage: (value: V) => MessageInitShape<O>,
): Answer<V, O> {
  return {
    toMessage,
    toBinary(value, reserve) {
      const bytes = toBinary(schema, create(schema, toMessage(value)));
      const whole = new Uint8Array(reserve + bytes.length);
      whole.set(bytes, reserve);
      return whole;
    },
    toJson: (value) => toJsonString(schema, create(schema, toMessage(value)), ANSWER_JSON),
  };
}

/** GenerateToken's. */
export const issuedAnswer: Answer<IssuedToken, typeof GenerateTokenResponseSchema> = {
  toMessage: (issued) => ({
    token: issued.token,
    ...toClaims(issued),
    sessionId: issued.sessionId,
    keyId: issued.keyId,
  }),
  toBinary(issued, reserve) {
    writer.start();
    writer.string(1, issued.token);
    writeClaims(writer, 2, issued);
    writer.struct(7, issued.additionalData);
    writer.string(8, issued.sessionId);
    writer.string(9, issued.keyId);
    writer.strings(10, issued.audiences ?? []);
    return writer.finish(reserve);
  },
  toJson: (issued) =>
    jsonObject(
      jsonMember("token", issued.token) +
        jsonClaims(issued) +
        `,"additionalData":${JSON.stringify(issued.additionalData)}` +
        jsonMember("sessionId", issued.sessionId) +
        jsonMember("keyId", issued.keyId) +
        jsonList("audiences", issued.audiences),
    ),
};

/** ValidateToken's. */
export const validAnswer: Answer<ValidToken, typeof ValidateTokenResponseSchema> = {
  toMessage: toValidMessage,
  toBinary(valid, reserve) {
    if (needsMessage(valid)) return slowValidAnswer.toBinary(valid, reserve);
    writer.start();
    writer.true(1);
    writeValidClaims(writer, 2, valid);
    return writer.finish(reserve);
  },
  toJson(valid) {
    if (needsMessage(valid)) return slowValidAnswer.toJson(valid);
    return `{"valid":true${jsonValidClaims(valid)}}`;
  },
};
const slowValidAnswer = throughMessage(ValidateTokenResponseSchema, toValidMessage);

/** BatchValidateTokens'. */
export const batchAnswer: Answer<readonly BatchResult[], typeof BatchValidateTokensResponseSchema> =
  {
    toMessage: toBatchMessage,
    toBinary(results, reserve) {
      if (results.some(holdsExactData)) return slowBatchAnswer.toBinary(results, reserve);
      writer.start();
      for (const result of results) {
        const start = writer.open(1);
        if ("error" in result) {
          const status = writer.open(2);
          writeStatus(writer, result.error);
          writer.close(status);
        } else {
          const claims = writer.open(1);
          writeValidClaims(writer, 1, result.claims);
          writer.close(claims);
        }
        writer.close(start);
      }
      return writer.finish(reserve);
    },
    toJson(results) {
      if (results.some(holdsExactData)) return slowBatchAnswer.toJson(results);
      const json = results.map((result) =>
        "error" in result
          ? `{"error":${jsonStatus(result.error)}}`
          : `{"claims":${jsonObject(jsonValidClaims(result.claims))}}`,
      );
      return json.length > 0 ? `{"results":[${json}]}` : "{}";
    },
  };
const slowBatchAnswer = throughMessage(BatchValidateTokensResponseSchema, toBatchMessage);

/** An object of members that stand each behind a comma. */
function jsonObject(members: string): string {
  return `{${members.slice(1)}}`;
}

/** What a Struct would alter is told beside it, exactly: rare enough for the longer way. */
function needsMessage({ additionalDataJson }: ValidToken): boolean {
  return additionalDataJson !== undefined;
}

function holdsExactData(result: BatchResult): boolean {
  return "claims" in result && needsMessage(result.claims);
}

function toValidMessage(valid: ValidToken): MessageInitShape<typeof ValidateTokenResponseSchema> {
  return { valid: true, ...toValidClaims(valid) };
}

function toBatchMessage(
  results: readonly BatchResult[],
): MessageInitShape<typeof BatchValidateTokensResponseSchema> {
  return {
    results: results.map((result) => {
      if ("error" in result) {
        return { result: { case: "error" as const, value: toStatus(result.error) } };
      }
      return { result: { case: "claims" as const, value: toValidClaims(result.claims) } };
    }),
  };
}

/** What every answer about a valid token has in common. */
function toValidClaims(valid: ValidToken) {
  const { sessionId, keyId, checkedAudience = "" } = valid;
  return {
    ...toClaims(valid),
    timeRemaining: toDuration(valid.timeRemaining),
    sessionId,
    keyId,
    sessionStartedAt: toTimestamp(valid.sessionStartedAt),
    checkedAudience,
  };
}
