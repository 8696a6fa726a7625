/** Changes of the feed for watchers that read binary: encoded once, however many watch. */
import { create, type MessageShape, toBinary, type UnknownField } from "@bufbuild/protobuf";
import { WatchRevocationsResponseSchema } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { FeedEvent } from "../revocation/register.js";
import { toWatchResponse } from "./revocation-convert.js";

/** The wire type of a message, and the bytes of a tag with a field number below 16 (protobuf's encoding). */
const LENGTH_DELIMITED = 2;
const TAG_LENGTH = 1;

/** By event: the feed gives all who stand at the same place the same one. */
const encoded = new WeakMap<FeedEvent, UnknownField[]>();

/**
 * A message whose field `changes` is bytes already. protobuf-es writes fields that a message does not
 * know as they are; in JSON they would be missing.
 */
export function toSharedChanges(
  event: FeedEvent,
): MessageShape<typeof WatchRevocationsResponseSchema> {
  const message = create(WatchRevocationsResponseSchema);
  let fields = encoded.get(event);
  if (fields === undefined) {
    const whole = create(WatchRevocationsResponseSchema, toWatchResponse(event, []));
    const bytes = toBinary(WatchRevocationsResponseSchema, whole);
    const { number } = WatchRevocationsResponseSchema.field.changes;
    fields = [{ no: number, wireType: LENGTH_DELIMITED, data: bytes.subarray(TAG_LENGTH) }];
    encoded.set(event, fields);
  }
  message.$unknown = fields;
  return message;
}
