/** What Envoy's Check answers: as a message, and written at once where a request may pass, as most may. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import type { ConnectError } from "@connectrpc/connect";
import {
  HeaderValueOption_HeaderAppendAction as AppendAction,
  CheckResponseSchema,
  type HeaderValueOptionSchema,
} from "../../gen/ts/src/envoy/service/auth/v3/external_auth_pb.js";
import { RetryInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import type { ValidToken } from "../core/index.js";
import { type Answer, ProtoWriter, throughMessage } from "../service/index.js";
import { type AnswerRoom, requireRoom } from "./answer-room.js";
import { identityHeaders } from "./identity-headers.js";
import { type Refusal, refusalBody, refusalHeaders } from "./refusal.js";

/** The answer to a request that may pass. */
export interface Allowed {
  /** Header fields that replace what Envoy's client sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Header fields that are taken out. */
  readonly removed: readonly string[];
  /** The dynamic metadata. */
  readonly metadata: Readonly<Record<string, string | string[]>>;
}

/** The answer to one that may not. */
export interface Denied {
  readonly error: ConnectError;
  readonly refusal: Refusal;
}

/** Either of them. */
export type Verdict = Allowed | Denied;

/**
 * Of the 60 KiB that Envoy keeps for all headers of a request (`max_request_headers_kb`), which it counts again as it
 * replaces them; the rest is left to what is not asked about.
 */
const ROOM: AnswerRoom = { octets: 48 * 1024, encoding: "utf8" };

/**
 * The answer that a valid token comes to.
 *
 * @param replaced what the application is sent in the place of the token's header fields; an empty text removes one
 * @throws ConnectError with a HeadersTooLongError
 */
export function allowed(valid: ValidToken, replaced: Readonly<Record<string, string>>): Allowed {
  // Envoy replaces one after the other, and counts each time: the shorter cookie makes room for the identity.
  const told = Object.entries({ ...replaced, ...identityHeaders(valid) });
  const headers = told.filter(([, value]) => value !== "");
  requireRoom(headers, ROOM);
  const { userId, tokenId, sessionId, permissions } = valid;
  return {
    headers,
    // What is empty is removed: Envoy would leave what its client sent.
    removed: told.filter(([, value]) => value === "").map(([name]) => name),
    metadata: {
      user_id: userId,
      permissions: [...permissions],
      token_id: tokenId,
      session_id: sessionId,
    },
  };
}

const OVERWRITE = AppendAction.OVERWRITE_IF_EXISTS_OR_ADD;
const writer = new ProtoWriter();

/**
 * A message takes several times as long as the check itself, and leaves ten times the garbage.
 * Field numbers are those of envoy/service/auth/v3/external_auth.proto and envoy/config/core/v3/base.proto.
 */
export const checkAnswer: Answer<Verdict, typeof CheckResponseSchema> = {
  toMessage,
  toBinary(verdict, reserve) {
    if ("error" in verdict) return longAnswer.toBinary(verdict, reserve);
    writer.start();
    // A status without fields: google.rpc.Code.OK.
    writer.close(writer.open(1));
    const ok = writer.open(3);
    for (const [name, value] of verdict.headers) {
      const option = writer.open(2);
      const header = writer.open(1);
      writer.string(1, name);
      writer.string(2, value);
      writer.close(header);
      writer.number(3, OVERWRITE);
      writer.close(option);
    }
    writer.strings(5, verdict.removed);
    writer.close(ok);
    writer.struct(4, verdict.metadata);
    return writer.finish(reserve);
  },
  toJson: (verdict) => longAnswer.toJson(verdict),
};
const longAnswer = throughMessage(CheckResponseSchema, toMessage);

function toMessage(verdict: Verdict): MessageInitShape<typeof CheckResponseSchema> {
  if ("error" in verdict) return toDenied(verdict);
  return {
    status: { code: 0 },
    httpResponse: {
      case: "okResponse",
      value: { headers: verdict.headers.map(replacing), headersToRemove: [...verdict.removed] },
    },
    dynamicMetadata: verdict.metadata,
  };
}

function toDenied({ error, refusal }: Denied): MessageInitShape<typeof CheckResponseSchema> {
  const { retryAfter } = refusal;
  const delay = retryAfter && { retryDelay: { seconds: BigInt(retryAfter), nanos: 0 } };
  const headers = { ...refusalHeaders(refusal), "cache-control": "no-store" };
  return {
    status: {
      code: error.code,
      message: refusal.message,
      details: delay ? [anyPack(RetryInfoSchema, create(RetryInfoSchema, delay))] : [],
    },
    httpResponse: {
      case: "deniedResponse",
      value: {
        status: { code: refusal.status },
        headers: Object.entries(headers).map(replacing),
        body: refusalBody(refusal),
      },
    },
  };
}

function replacing([key, value]: readonly [string, string]): MessageInitShape<
  typeof HeaderValueOptionSchema
> {
  return { header: { key, value }, appendAction: OVERWRITE };
}
